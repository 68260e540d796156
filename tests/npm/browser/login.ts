/**
 * Logs in at a Davit that has the plugins `login`, `desk` and `desk-api`, with a real Chromium.
 *
 *     bun login.ts URL CHROMIUM
 *
 * Tells each step that went as it should on a line of its own, and ends with an error at the first that did not.
 */
import { strict as assert } from "node:assert";
import puppeteer, { type Page } from "puppeteer-core";

const [url, executablePath] = process.argv.slice(2) as [string, string];
const DEADLINE = 30_000;

async function logIn(page: Page, password: string): Promise<void> {
  await page.locator("input[name=name]").fill("ada");
  await page.locator("input[name=password]").fill(password);
  await Promise.all([page.waitForNavigation(), page.locator("button").click()]);
}

const at = (page: Page) => page.url().slice(url.length);

async function steps(page: Page): Promise<void> {
  await page.goto(`${url}/desk/drawer?open=1`);
  assert.equal(at(page), `/login?to=${encodeURIComponent("/desk/drawer?open=1")}`);
  console.log("sent to the login page");

  await logIn(page, "wrong horse");
  assert.equal(await page.$eval("[role=alert]", (alert) => alert.textContent), "Name or password is wrong.");
  assert.deepEqual(await page.browserContext().cookies(), []);
  console.log("wrong password refused");

  await logIn(page, "correct horse");
  assert.equal(at(page), "/desk/drawer?open=1");
  const [session, ...others] = await page.browserContext().cookies();
  assert.deepEqual([session?.name, session?.httpOnly, session?.sameSite, others], ["session", true, "Lax", []]);
  console.log("lands where it wanted to go");

  const name = await page.waitForSelector("#name[data-asked]");
  assert.equal(await name?.evaluate((output) => output.textContent), "ada");
  assert.equal(await page.evaluate(() => document.cookie), "");
  console.log("the API knows who asks");

  await Promise.all([page.waitForNavigation(), page.locator("button").click()]);
  assert.equal(at(page), "/login");
  assert.deepEqual(await page.browserContext().cookies(), []);
  assert.equal(await page.evaluate(async () => (await fetch("/desk-api/me")).status), 401);
  await page.goto(`${url}/desk/`);
  assert.equal(at(page), `/login?to=${encodeURIComponent("/desk/")}`);
  console.log("closed again");

  // A session that somebody has kept is over too.
  await page.setExtraHTTPHeaders({ cookie: `session=${session!.value}` });
  await page.goto(`${url}/desk/`);
  assert.equal(at(page), `/login?to=${encodeURIComponent("/desk/")}`);
  console.log("the old session is over");
}

const browser = await puppeteer.launch({
  executablePath,
  pipe: true,
  // Chromium's own sandbox refuses root, and needs what containers seldom have; only the test's pages are opened.
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"],
});
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(DEADLINE);
  await steps(page);
  console.log("all steps");
} finally {
  await browser.close();
}
