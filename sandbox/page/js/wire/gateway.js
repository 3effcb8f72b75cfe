// A gateway socket as one person: identify, heartbeat, resume, and come back after every kind of loss.

const OP = { dispatch: 0, heartbeat: 1, identify: 2, resume: 6, reconnect: 7, invalid: 9, hello: 10, ack: 11 };
const FATAL = new Set([4004, 4010, 4011, 4012, 4013, 4014]);

export class Gateway {
  #socket = null;
  #sequence = null;
  #timers = [];
  #tries = 0;
  #closed = false;
  #acknowledged = true;

  /** onDispatch(type, data), onState("open" | "lost" | "refused") */
  constructor(token, { onDispatch, onState }) {
    Object.assign(this, { token, onDispatch, onState, sessionId: null });
    this.#connect();
  }

  close() {
    this.#closed = true;
    this.#clearTimers();
    this.#socket?.close(1000);
  }

  cut() {
    this.#socket?.close(4000);
  }

  #connect() {
    if (this.#closed) return;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/gateway?v=10&encoding=json`);
    this.#socket = socket;
    socket.onmessage = (message) => this.#receive(JSON.parse(message.data));
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#lose(event.code);
    };
  }

  #lose(code) {
    this.#clearTimers();
    if (this.#closed) return;
    if (FATAL.has(code)) {
      this.onState("refused");
      return;
    }
    if (code === 4007 || code === 4009) this.#forgetSession();
    this.onState("lost");
    this.#timers.push(setTimeout(() => this.#connect(), Math.min(250 * 2 ** this.#tries, 5000)));
    this.#tries += 1;
  }

  #forgetSession() {
    this.sessionId = null;
    this.#sequence = null;
  }

  #receive({ op, d, s, t }) {
    if (s !== null && s !== undefined) this.#sequence = s;
    if (op === OP.dispatch) this.#dispatch(t, d);
    else if (op === OP.hello) this.#greet(d.heartbeat_interval);
    else if (op === OP.heartbeat) this.#beat();
    else if (op === OP.ack) this.#acknowledged = true;
    else if (op === OP.reconnect) this.#socket.close(4000);
    else if (op === OP.invalid) {
      if (!d) this.#forgetSession();
      this.#socket.close(4000);
    }
  }

  #dispatch(type, data) {
    if (type === "READY") this.sessionId = data.session_id;
    if (type === "READY" || type === "RESUMED") {
      this.#tries = 0;
      this.onState("open");
    }
    this.onDispatch(type, data);
  }

  #greet(interval_ms) {
    this.#acknowledged = true;
    this.#timers.push(setInterval(() => this.#beat(), interval_ms));
    if (this.sessionId) this.#send(OP.resume, { token: this.token, session_id: this.sessionId, seq: this.#sequence });
    else
      this.#send(OP.identify, {
        token: this.token,
        properties: { os: "browser", browser: "sandbox page", device: "" },
      });
  }

  #beat() {
    if (!this.#acknowledged) {
      this.#socket.close(4000);
      return;
    }
    this.#acknowledged = false;
    this.#send(OP.heartbeat, this.#sequence);
  }

  #send(op, d) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ op, d }));
  }
  #clearTimers() {
    for (const timer of this.#timers.splice(0)) {
      clearTimeout(timer);
      clearInterval(timer);
    }
  }
}
