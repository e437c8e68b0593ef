/** Background tasks for tests, begun and read through the API. */
import { expect, vi } from "vitest";
import { type ApiRequest, api } from "./api.ts";

export type TaskJson = {
  id: string;
  status: "running" | "finished" | "failed";
  task: string;
  updatedAt: string;
  data: Record<string, unknown>;
};

/** A call that begins a task; what it answers. */
export async function aTask(
  method: string,
  path: string,
  request: ApiRequest = {},
): Promise<Omit<TaskJson, "data"> & Record<string, unknown>> {
  const { status, body } = await api(method, path, request);
  expect(status, JSON.stringify(body)).toBe(202);
  return body as TaskJson;
}

export async function taskOf(id: string, token?: string): Promise<TaskJson> {
  const request = token === undefined ? {} : { token };
  const { status, body } = await api("GET", `/api/v1/background-task/${id}`, request);
  expect(status, JSON.stringify(body)).toBe(200);
  return body as TaskJson;
}

const WITHIN_MS = 20_000;

/** The task once it has ended. */
export async function endedTask(id: string): Promise<TaskJson> {
  return vi.waitFor(
    async () => {
      const task = await taskOf(id);
      expect(task.status).not.toBe("running");
      return task;
    },
    { timeout: WITHIN_MS, interval: 50 },
  );
}
