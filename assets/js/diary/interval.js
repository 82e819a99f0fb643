// The waiting time between spraying and harvest, as traceability/rules/intervals.py has it:
// whole days of Viet Nam, the last day of spraying is day 0; a waiting time nobody knows blocks.
import { plusDays } from "./days.js";

export const freeFrom = (spray) =>
  spray.phi_days === null || spray.block ? null : plusDays(spray.last_on || spray.done_on, spray.phi_days);

export function judgeHarvest(sprays, day) {
  const before = sprays.filter((spray) => spray.done_on <= day);
  const unknown = before.find((spray) => freeFrom(spray) === null);
  if (unknown) return { kept: false, spray: unknown, free_from: null };
  let last = null;
  for (const spray of before) if (!last || freeFrom(spray) > freeFrom(last)) last = spray;
  if (!last) return { kept: true, spray: null, free_from: null };
  return { kept: day >= freeFrom(last), spray: last, free_from: freeFrom(last) };
}
