import type { Stage } from "./stage.ts";

/** The most memory the server held during everything measured before. */
export function reportMemory(stage: Stage): void {
  if (stage.peakMiB.size === 0) return;
  stage.heading("Memory: the most that was resident during all of the above");
  for (const name of ["workerd", "runner", "esbuild"]) {
    stage.add({ id: `memory.${name}`, title: name, value: stage.peakMiB.get(name) ?? 0, unit: "MiB" });
  }
}
