// Times, as people read them.

/** Seconds, or minutes and seconds. */
export function duration(milliseconds) {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

/** Calls `body` several times a second while `isNeeded` says so; to be started again by `start`. */
export function ticker(isNeeded, body) {
  let timer = 0;
  const tick = () => {
    body();
    if (isNeeded()) return;
    clearInterval(timer);
    timer = 0;
  };
  return { start() { timer ||= setInterval(tick, 200); } };
}
