/** What the hand gives out and holds, seen from outside: which task a request is for is not said to the sender. */
import type { LoggedEvent } from "../../src/core/event.ts";
import { Hand, type Task } from "../../src/delivery/hand.ts";

let last: Task | null = null;
let mostReady = 0;

const { takeReady, makeReady } = Hand.prototype;

Hand.prototype.takeReady = function (this: Hand) {
  last = takeReady.call(this);
  return last;
};

Hand.prototype.makeReady = function (this: Hand, task: Task) {
  makeReady.call(this, task);
  mostReady = Math.max(mostReady, this.readyCount);
};

/** The task that was just taken, if it is for this event. */
export function lastTask(event: LoggedEvent): Task | null {
  return last?.event === event ? last : null;
}

/** The most that any hand had ready since this was last asked. */
export function takeMostReady(): number {
  const most = mostReady;
  mostReady = 0;
  return most;
}
