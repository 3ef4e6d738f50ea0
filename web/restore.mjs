// Fetches what package-lock.json pins into node_modules, once: several builds may ask at a time, and one of them does it.
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { spawnSync } from "node:child_process";

const fewestMajor = 20;
const pollMillis = 200;
const here = dirname(fileURLToPath(import.meta.url));
const lock = join(here, "node_modules.lock");
const owner = join(lock, "pid");
const stamp = join(here, "node_modules", ".package-lock.json");

const time = (file) => (existsSync(file) ? statSync(file).mtimeMs : 0);
const isFresh = () => time(stamp) > 0 && time(stamp) >= Math.max(time(join(here, "package-lock.json")), time(join(here, "package.json")));
const sleep = (millis) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis);

function fail(sentence) {
  console.error(`web/restore.mjs: error WEB1: ${sentence}`);
  process.exit(1);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

// A folder is made by one process only. A lock whose owner died is taken away; one without a name is being written or taken away just now.
function takeLock() {
  for (;;) {
    try {
      mkdirSync(lock);
      writeFileSync(owner, String(process.pid));
      return;
    } catch (error) {
      if (error.code !== "EEXIST") {
        fail(`${lock} cannot be made: ${error.message}`);
      }
    }

    const pid = existsSync(owner) ? Number(readFileSync(owner, "utf8")) : 0;
    if (pid > 0 && !isAlive(pid)) {
      rmSync(lock, { recursive: true, force: true });
    }

    sleep(pollMillis);
  }
}

if (Number(process.versions.node.split(".")[0]) < fewestMajor) {
  fail(`Node.js ${fewestMajor} or newer is needed, this is ${process.versions.node}: see https://nodejs.org`);
}

takeLock();
try {
  if (!isFresh()) {
    const run = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: here, encoding: "utf8", shell: process.platform === "win32" });
    if (run.status !== 0) {
      rmSync(lock, { recursive: true, force: true });
      fail(`npm ci failed: ${(run.error?.message ?? run.stderr).trim().split("\n").slice(-3).join(" ")}`);
    }

    const now = new Date();
    utimesSync(stamp, now, now);
  }
} finally {
  rmSync(lock, { recursive: true, force: true });
}
