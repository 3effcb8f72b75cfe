// The sandbox's clock, which its control routes can move away from this machine's.

let offset_ms = 0;
export const now = () => Date.now() + offset_ms;
export const setClock = (clock_ms) => {
  offset_ms = clock_ms - Date.now();
};
