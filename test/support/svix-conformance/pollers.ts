import * as v2 from "svix";
import * as v1 from "svix-v1";
import { expect, it } from "vitest";
import { unique } from "../sdk-stage.ts";
import { NOT_FOUND, NOWHERE, placesOf, type Stage } from "./stage.ts";

const LONG_AGO = new Date("2026-01-01T00:00:00Z");
const LATER_MS = 60_000;

export function pollersSection(stage: Stage): void {
  const poller = () => stage.svix().message.poller;

  async function anAppWith(count: number) {
    const appId = await stage.anApp();
    const publish = (n: number) =>
      stage.svix().message.create(appId, { eventType: "a.b", channels: [`c${n % 2}`], payload: { n } });
    for (let n = 1; n <= count; n++) await publish(n);
    return { appId, publish };
  }

  const read = ({ data }: { data: { payload: unknown }[] }) =>
    data.map(({ payload }) => (payload as { n: number }).n);

  it("polls as Svix's own example does: again and again with the last iterator", async () => {
    const { appId, publish } = await anAppWith(3);
    const got: number[] = [];
    let iterator: string | null = null;
    const untilDone = async () => {
      for (let done = false; !done; ) {
        const page = await poller().poll(appId, "all", {
          limit: 2,
          ...(iterator === null ? {} : { iterator }),
        });
        got.push(...read(page));
        ({ iterator, done } = page);
      }
    };
    await untilDone();
    expect(got).toEqual([1, 2, 3]);
    const { id } = await publish(4);
    await untilDone();
    expect(got).toEqual([1, 2, 3, 4]);
    const page = await poller().poll(appId, "all", { iterator: "pos_3", eventType: "a.b", channel: "c0" });
    expect(page.data).toMatchObject([{ id, eventType: "a.b", channels: ["c0"], payload: { n: 4 } }]);
    expect(page.data[0]?.timestamp).toBeInstanceOf(Date);
    const wrong = poller().poll(appId, "all", { iterator: "nonsense" });
    expect(placesOf(await stage.refusalOf(wrong))).toEqual(["query.iterator"]);
  });

  it("shows an endpoint's share of the messages", async () => {
    const { appId, publish } = await anAppWith(0);
    const { id } = await stage
      .svix()
      .endpoint.create(appId, { url: NOWHERE, channels: ["c0"], disabled: true });
    for (const n of [1, 2, 3, 4]) await publish(n);
    const { iterator } = await poller().poll(appId, id, { after: LONG_AGO });
    expect(read(await poller().poll(appId, id, { iterator }))).toEqual([2, 4]);
    await stage.svix().endpoint.delete(appId, id);
    expect(await stage.refusalOf(poller().poll(appId, id))).toEqual(NOT_FOUND);
  });

  it("remembers a consumer's place, and moves it to a time", async () => {
    const { appId } = await anAppWith(3);
    const poll = (iterator?: string) =>
      poller().consumerPoll(appId, "all", "one", {
        limit: 2,
        ...(iterator === undefined ? {} : { iterator }),
      });
    const first = await poll();
    expect([read(first), read(await poll()), read(await poll(first.iterator))]).toEqual([
      [1, 2],
      [1, 2],
      [3],
    ]);
    expect(read(await poll())).toEqual([3]);
    const seek = (after: Date) => poller().consumerSeek(appId, "all", "one", { after });
    const { iterator } = await seek(LONG_AGO);
    expect([read(await poll()), read(await poll(iterator))]).toEqual([
      [1, 2],
      [1, 2],
    ]);
    await seek(new Date(Date.now() + LATER_MS));
    expect(read(await poll())).toEqual([]);
  });

  it("serves an automatically configured consumer, which holds messages until it commits", async () => {
    const { appId } = await anAppWith(3);
    const { url: surl, key: tok } = stage.server();
    const content = {
      aid: appId,
      eid: unique("sink"),
      surl,
      esec: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
      tok,
    };
    const token = `auto_v1_${Buffer.from(JSON.stringify(content)).toString("base64")}`;
    const Consumer = stage.generation.isOlder ? v1.AutoConfigConsumer : v2.AutoConfigConsumer;
    const consumer = new Consumer(token, {} as never);
    const first = await consumer.receive("one", { limit: 2, leaseDurationMs: LATER_MS });
    expect(first.data.map(({ offset, payload }) => [offset, payload])).toEqual([
      [1, { n: 1 }],
      [2, { n: 2 }],
    ]);
    expect((await consumer.receive("one")).data).toEqual([]);
    await consumer.commit("one", 2);
    expect(read(await consumer.receive("one"))).toEqual([3]);
  });
}
