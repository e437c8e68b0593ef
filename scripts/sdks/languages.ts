/** The official SDKs of other languages, and how their programs in this directory are run. */
import { join } from "node:path";

const PROJECT_ROOT = join(import.meta.dirname, "../..");
const BUILD = join(PROJECT_ROOT, ".build/sdks");

type Command = readonly [program: string, ...args: string[]];

export type Language = {
  name: string;
  sdk: string;
  /** Says its version, where the language is installed. */
  present: Command;
  /** Fetch the SDK and build what is to be run. */
  prepare: readonly Command[];
  run: Command;
  directory: string;
  environment: Record<string, string>;
  /** Operations that this generation of the SDK has no method for. */
  lacks: readonly string[];
};

const python = join(BUILD, "python/bin/python");
const jars = join(BUILD, "java");

export const LANGUAGES: readonly Language[] = [
  {
    name: "python",
    sdk: "svix 2.9.1 and standardwebhooks 1.1.0",
    present: ["python3", "--version"],
    prepare: [
      ["python3", "-m", "venv", join(BUILD, "python")],
      [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt"],
    ],
    run: [python, "check.py"],
    directory: join(import.meta.dirname, "python"),
    environment: { PYTHONDONTWRITEBYTECODE: "1" },
    lacks: [],
  },
  {
    name: "go",
    sdk: "svix-webhooks 1.99.1 and standard-webhooks 0.0.1",
    present: ["go", "version"],
    prepare: [["go", "build", "-o", join(BUILD, "go/check"), "."]],
    run: [join(BUILD, "go/check")],
    directory: join(import.meta.dirname, "go"),
    environment: {},
    lacks: ["v1.message.bulk-expunge-content"],
  },
  {
    name: "rust",
    sdk: "svix 2.9.1",
    present: ["cargo", "--version"],
    prepare: [["cargo", "build", "--quiet", "--target-dir", join(BUILD, "rust")]],
    run: [join(BUILD, "rust/debug/posthorn-sdks")],
    directory: join(import.meta.dirname, "rust"),
    environment: {},
    lacks: [],
  },
  {
    name: "java",
    sdk: "svix 1.99.1",
    present: ["mvn", "--version"],
    prepare: [["mvn", "-q", "-B", "dependency:copy-dependencies", `-DoutputDirectory=${jars}`]],
    run: ["java", "-cp", join(jars, "*"), "check.java"],
    directory: join(import.meta.dirname, "java"),
    environment: {},
    // The SDK's own client throws at a POST or PUT without a body, so that these never leave it.
    lacks: [
      "v1.message.bulk-expunge-content",
      "v1.message.expunge-all-contents",
      "v1.message-attempt.resend",
      "v1.authentication.logout",
      "v1.integration.rotate-key",
      "v1.environment.export",
      "v1.statistics.aggregate-event-types",
    ],
  },
];
