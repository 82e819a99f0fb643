// Days of Viet Nam as 2026-11-23: the farm's, whatever zone the phone is set to.
const ZONE = "Asia/Ho_Chi_Minh";
const written = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE, dateStyle: "short" });

export const dayOf = (moment) => written.format(moment);
export const today = () => dayOf(new Date());

export function plusDays(day, days) {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1, date + days)).toISOString().slice(0, 10);
}

export const shown = (day) => (day ? day.split("-").reverse().join("/") : "");

export function shownMoment(iso) {
  const moment = new Date(iso);
  const time = moment.toLocaleTimeString("vi", { timeZone: ZONE, hour: "2-digit", minute: "2-digit" });
  return `${shown(dayOf(moment))} ${time}`;
}

// The phone's own time with its offset: the server stores it beside its own.
export function deviceTime(now = new Date()) {
  const late = -now.getTimezoneOffset();
  const two = (number) => String(Math.abs(number)).padStart(2, "0");
  const local = new Date(now.getTime() + late * 60000).toISOString().slice(0, 19);
  return `${local}${late < 0 ? "-" : "+"}${two(Math.trunc(late / 60))}:${two(late % 60)}`;
}
