import { call, forgetKey, refusalOf } from "./call.js";

const firstRetryMillis = 500;
const lastRetryMillis = 5000;

// Listens to the gateway's events for as long as the page is seen, and again whenever the stream ends: an EventSource could not send a key.
// hear(name, data) gets each event; tell(status, sentence) each change of the connection: connecting, live, paused, lost, locked.
export function listen(hear, tell) {
  let retryMillis = firstRetryMillis;
  let current = null;
  let timer = 0;

  async function connect() {
    clearTimeout(timer);
    current?.abort();
    const mine = new AbortController();
    current = mine;
    try {
      const answer = await call("api/events", { signal: mine.signal });
      if (answer.status === 401 || answer.status === 403) {
        const sentence = await refusalOf(answer);
        forgetKey();
        tell("locked", sentence);
        return;
      }

      if (!answer.ok) {
        throw new Error(await refusalOf(answer));
      }

      tell("live", "");
      retryMillis = firstRetryMillis;
      await read(answer.body.getReader());
      throw new Error("The gateway ended the stream.");
    } catch (error) {
      if (current === mine && !mine.signal.aborted) {
        tell("lost", error instanceof TypeError ? "The gateway does not answer." : error.message);
        timer = setTimeout(connect, retryMillis);
        retryMillis = Math.min(lastRetryMillis, retryMillis * 2);
      }
    }
  }

  async function read(reader) {
    const decoder = new TextDecoder();
    let text = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) {
        return;
      }

      text += decoder.decode(value, { stream: true });
      const events = text.split("\n\n");
      text = events.pop();
      for (const event of events) {
        const [name, data] = event.split("\n");
        hear(name.slice("event: ".length), JSON.parse(data.slice("data: ".length)));
      }
    }
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      clearTimeout(timer);
      current?.abort();
      tell("paused", "");
    } else {
      connect();
    }
  });
  tell("connecting", "");
  connect();
  return connect;
}
