// A tiny test runner: named checks in order, one line each, a final count, the exit code.
'use strict';

const checks = [];
const check = (name, body) => checks.push([name, body]);

class Failure extends Error {}
const require_ = (condition, message) => {
  if (!condition) throw new Failure(message);
};
const equal = (actual, expected, what) =>
  require_(
    JSON.stringify(actual) === JSON.stringify(expected),
    `${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`,
  );

const TIMEOUT = 60000;
const late = (name) =>
  new Promise((_, reject) => {
    setTimeout(() => reject(new Failure(`${name} took more than a minute`)), TIMEOUT).unref();
  });

async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Failure('expected a refusal, got an answer');
}

async function run(title) {
  let failed = 0;
  for (const [name, body] of checks) {
    try {
      await Promise.race([body(), late(name)]);
      console.log(`  ok    ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`  FAIL  ${name}: ${error.message}`);
    }
  }
  console.log(`${title}: ${checks.length - failed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
}

module.exports = { check, equal, refusal, require: require_, run };
