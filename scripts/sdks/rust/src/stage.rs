//! What the sections stand on: the SDK's client, a receiver of webhooks, and the lines that scripts/sdks/run.ts reads.

use std::future::Future;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use svix::api::{Svix, SvixOptions};
use svix::Error;

pub const NOWHERE: &str = "http://127.0.0.1:9/hook";
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub const CODE: &str = "function handler(webhook) { return webhook; }";
const SHOWN_WITHIN: Duration = Duration::from_secs(30);

pub type Part = Result<(), Box<dyn std::error::Error>>;

/// A model of the SDK's, from JSON.
#[macro_export]
macro_rules! given {
    ($($json:tt)+) => { serde_json::from_value(serde_json::json!($($json)+))? };
}

pub fn client(token: &str) -> Svix {
    let server_url = Some(std::env::var("POSTHORN_URL").expect("POSTHORN_URL"));
    let retry_schedule = Some([100, 200, 400].map(Duration::from_millis).to_vec());
    Svix::new(token.into(), Some(SvixOptions { server_url, retry_schedule, ..Default::default() }))
}

pub static SDK: LazyLock<Svix> = LazyLock::new(|| client(&std::env::var("POSTHORN_KEY").expect("POSTHORN_KEY")));

pub fn check(ok: bool, text: impl AsRef<str>) {
    println!("{} {}", if ok { "ok" } else { "not ok" }, text.as_ref());
}

/// Runs one part; its first error is one failure, and the next part still runs.
pub async fn part(heading: &str, run: impl Future<Output = Part>) {
    println!("# {heading}");
    if let Err(error) = run.await {
        check(false, error.to_string().replace('\n', " "));
    }
}

pub fn unique(prefix: &str) -> String {
    static MADE: AtomicU32 = AtomicU32::new(1);
    format!("rust-{prefix}-{}", MADE.fetch_add(1, Relaxed))
}

pub async fn an_app() -> svix::Result<String> {
    let application = svix::models::ApplicationIn {
        uid: Some(unique("app")),
        ..svix::models::ApplicationIn::new("An application".into())
    };
    Ok(SDK.application().create(application, None).await?.id)
}

/// Whether the answer has every field of what was given that it knows, with its value.
pub fn kept(given: &impl Serialize, answered: &impl Serialize) -> bool {
    let (given, answered) = (fields(given), fields(answered));
    let lost = given.iter().find(|(name, value)| answered.get(*name).is_some_and(|shown| shown != *value));
    if let Some((name, value)) = lost {
        println!("{name} is {} and not {value}", answered[name]);
    }
    lost.is_none()
}

fn fields(value: &impl Serialize) -> serde_json::Map<String, Value> {
    serde_json::to_value(value).ok().and_then(|value| value.as_object().cloned()).unwrap_or_default()
}

/// Status and code of the SDK's own error; of a 422 the places that are wrong.
pub fn refusal<T>(result: svix::Result<T>) -> String {
    match result {
        Err(Error::Http(error)) => {
            format!("{} {}", error.status.as_u16(), error.payload.map_or_else(String::new, |payload| payload.code))
        }
        Err(Error::Validation(error)) => {
            let places = error.payload.map_or_else(Vec::new, |payload| payload.detail);
            format!("422 {}", places.iter().map(|one| one.loc.join("/")).collect::<Vec<_>>().join(" "))
        }
        Err(other) => other.to_string(),
        Ok(_) => "not refused".into(),
    }
}

pub fn hours_ago(hours: i64) -> DateTime<Utc> {
    Utc::now() - chrono::Duration::hours(hours)
}

/// Asks again and again until it is as wanted; false when it never was.
pub async fn until<Answer: Future<Output = svix::Result<bool>>>(ask: impl Fn() -> Answer) -> svix::Result<bool> {
    let started = Instant::now();
    loop {
        if ask().await? {
            return Ok(true);
        }
        if started.elapsed() > SHOWN_WITHIN {
            return Ok(false);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// What a background task has found, once it has ended well.
pub async fn finished(id: &str) -> svix::Result<Value> {
    let tasks = SDK.background_task();
    let task = || tasks.get(id.into());
    until(|| async { Ok(task().await?.status != svix::models::BackgroundTaskStatus::Running) }).await?;
    let ended = task().await?;
    match ended.status {
        svix::models::BackgroundTaskStatus::Finished => Ok(serde_json::json!(ended.data)),
        other => Err(Error::Generic(format!("{} ended as {other}", ended.task))),
    }
}

#[derive(Clone)]
pub struct Request {
    pub path: String,
    pub headers: http::HeaderMap,
    pub body: Vec<u8>,
}

static REQUESTS: Mutex<Vec<Request>> = Mutex::new(Vec::new());

pub fn got(path: &str) -> Vec<Request> {
    REQUESTS.lock().unwrap().iter().filter(|one| one.path == path).cloned().collect()
}

pub async fn arrived(path: &str, count: usize) -> svix::Result<bool> {
    until(|| async { Ok(got(path).len() >= count) }).await
}

/// Where a receiver listens that answers paths that end in `-bad` with 503, all others with 200.
pub static RECEIVER: LazyLock<String> = LazyLock::new(|| {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream));
        }
    });
    format!("http://{address}")
});

fn answer(stream: std::net::TcpStream) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = http::HeaderMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(": ") else {
            break;
        };
        headers.insert(http::HeaderName::try_from(name).ok()?, value.parse().ok()?);
    }
    let mut body = vec![0; headers.get("content-length")?.to_str().ok()?.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    let status = if path.ends_with("-bad") { "503 Service Unavailable" } else { "200 OK" };
    REQUESTS.lock().unwrap().push(Request { path, headers, body });
    write!(reader.into_inner(), "HTTP/1.1 {status}\r\ncontent-length: 8\r\nconnection: close\r\n\r\nreceived").ok()
}
