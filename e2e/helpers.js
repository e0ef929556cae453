// What all journeys share: a visitor who acts by the words on the page and looks at every page that passes, and the outbox.
import AxeBuilder from '@axe-core/playwright';
import { expect } from '@playwright/test';
import { site } from './playwright.config.js';

const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

// accessible fails on any violation of WCAG 2.2 AA that axe can see; the journey goes on, so that one run tells of all pages.
export async function accessible(page) {
  const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ['violations'], runOnly: standards }).setLegacyMode().analyze();
  const told = violations.map((v) => `${v.id}: ${v.help}\n  ${v.nodes.map((n) => n.html).join('\n  ')}`).join('\n');
  expect.soft(told, `axe on ${page.url()}`).toBe('');
}

// message waits for the newest message to a phone or e-mail whose text matches, and returns its text.
export async function message(request, to, match) {
  let found;
  await expect.poll(async () => {
    const answer = await request.get(`${site.stands}/outbox.json?to=${encodeURIComponent(to)}`);
    found = (await answer.json()).find((m) => match.test(`${m.subject ?? ''} ${m.text}`));
    return Boolean(found);
  }, { timeout: 30_000, message: `no message to ${to} like ${match}` }).toBe(true);
  return found.text;
}

// Pages that axe has judged: a page of the same address, heading and title need not be judged again for the next person.
const judged = new Set();

// A Visitor is one person at one browser. Whatever the person does, the page that comes is looked at: axe, one heading, no text
// without a translation, nothing wider than the screen, no error in the console, no failure of a server.
export class Visitor {
  static async enter(browser, options = {}) {
    const visitor = new Visitor();
    visitor.context = await browser.newContext({ serviceWorkers: 'block', ...options }); // one journey is about the worker
    visitor.page = await visitor.context.newPage();
    visitor.troubles = [];
    visitor.visited = new Set();
    visitor.scripts = options.javaScriptEnabled ?? true;
    visitor.manner = `${visitor.scripts} ${options.viewport?.width ?? ''}`;
    visitor.page.on('console', (line) => {
      // The browser reports the status of a form that came back with errors; that is no trouble.
      if (['error', 'warning'].includes(line.type()) && !/status of (403|404|409|422)|Service Worker registration blocked/.test(line.text())) {
        visitor.troubles.push(`${line.type()}: ${line.text()}`);
      }
    });
    visitor.page.on('pageerror', (error) => visitor.troubles.push(`script: ${error.message}`));
    visitor.page.on('response', (answer) => {
      if (answer.status() >= 500) visitor.troubles.push(`${answer.status()} ${answer.url()}`);
      if (answer.request().isNavigationRequest()) visitor.renews = Boolean(answer.headers().refresh);
    });
    return visitor;
  }

  async leave() {
    await this.context.close();
    await this.double?.context().close();
  }

  // still is the page that axe may judge: axe is a script itself, and slower than a page that soon shows itself anew.
  async still() {
    const renews = this.renews || await this.page.locator('head > meta[http-equiv=refresh]').count() > 0;
    return this.scripts && !renews ? this.page : this.copy();
  }

  // copy is the page as it stands, without its scripts, in a browser where axe can run.
  async copy() {
    const html = (await this.page.content()).replace(/<meta http-equiv="refresh"[^>]*>/g, '');
    this.double ??= await (await this.context.browser().newContext()).newPage();
    await this.double.unrouteAll();
    await this.double.route('**/*', (route) => {
      if (route.request().isNavigationRequest()) return route.fulfill({ contentType: 'text/html; charset=utf-8', body: html });
      return route.request().resourceType() === 'script' ? route.abort() : route.continue();
    });
    await this.double.goto(this.page.url());
    return this.double;
  }

  // look examines the page, once for each that differs.
  async look() {
    const { page } = this;
    await page.waitForLoadState('load');
    await expect(page.locator('h1')).toHaveCount(1);
    const heading = await page.locator('h1').innerText();
    let text = await page.locator('body').innerText();
    for (const code of await page.locator('code').allInnerTexts()) text = text.replaceAll(code, ''); // names of machines, marked as such
    expect(text, `a text without words on ${page.url()}`).not.toMatch(/\b[a-z]+\.[a-z]+_[a-z_]+\b|%!|<no value>|\bNaN\b|undefined/);
    const title = await page.title();
    expect(title, `title of ${page.url()}`).toMatch(/\S/);
    if (await page.locator('.govuk-error-summary').count()) {
      expect(title).toMatch(/^(Ошибка|Хата|Error): /);
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect.soft(wide, `width of ${page.url()}`).toBeLessThanOrEqual(page.viewportSize().width); // a phone would shrink a page that is wider
    const kind = [new URL(page.url()).host, new URL(page.url()).pathname.replace(/[0-9a-f-]{36}/g, ':id'), heading, title,
      this.manner].join(' ');
    if (!judged.has(kind) && !this.translating) {
      await accessible(await this.still());
      judged.add(kind);
    }
    this.visited.add(page.url());
    expect(this.troubles, `on the way to ${page.url()}`).toEqual([]);
  }

  async open(url) {
    await this.page.goto(url);
    await this.look();
  }

  // press presses the button, or follows the link, with these words and looks at what comes.
  async press(words, within = this.page) {
    const name = typeof words === 'string' ? new RegExp(`^\\s*${escape(words)}\\s*$`) : words;
    const target = within.getByRole('button', { name }).or(within.getByRole('link', { name })).first();
    await expect(target, `«${words}» on ${this.page.url()}`).toBeVisible();
    await Promise.all([this.page.waitForEvent('load'), target.click()]);
    await this.look();
  }

  // answer fills a form by its words: {'Имя': 'Дина', 'Пол': 'Женский', 'Дата рождения': '12.04.1998', 'Согласен…': true}.
  async answer(fields) {
    for (const [words, value] of Object.entries(fields)) await this.answerOne(words, value);
  }

  async answerOne(words, value) {
    const { page } = this;
    if (value === true) return page.getByRole('checkbox', { name: words }).check();
    // A label may add "(optional)" in its language.
    const label = new RegExp(`^\\s*${escape(words)}(\\s*\\([^)]*\\))?\\s*$`);
    const group = page.getByRole('group', { name: label });
    const control = page.getByLabel(label).and(page.locator('input:not([type=radio]), select, textarea'));
    await expect(group.or(control).first(), `a question «${words}»`).toBeVisible();
    if (await group.count()) {
      const date = value.match(/^(\d+)[. ]([\dа-я]+)[. ](\d{4})$/);
      if (!date) return group.getByRole('radio', { name: new RegExp(`^\\s*${escape(value)}\\s*$`) }).check();
      for (const i of [0, 1, 2]) await group.getByRole('textbox').nth(i).fill(date[i + 1]);
      return undefined;
    }
    const first = control.first(); // of two addresses on a page, the first
    if (await first.evaluate((node) => node.tagName === 'SELECT')) return first.selectOption({ label: value });
    return first.fill(value);
  }

  // step answers one page of questions and goes on.
  async step(title, fields, press = 'Сохранить и продолжить') {
    await this.heading(title);
    await this.answer(fields);
    await this.press(press);
  }

  // speaks opens every page visited so far in each of the languages, by the links of its header, and comes back to Russian.
  // What axe says of a page does not depend on its words.
  async speaks(languages, names) {
    const { page } = this;
    const called = { ru: 'Русский', tt: 'Татарча', en: 'English' };
    this.translating = true;
    for (const url of [...this.visited]) {
      await this.open(url);
      const russian = await page.locator('main').innerText();
      for (const language of languages) {
        await this.press(called[language]);
        await expect(page.locator('html')).toHaveAttribute('lang', language);
        expect.soft(await page.locator('main').innerText(), `text of ${page.url()}`).not.toBe(russian);
        const heading = names.reduce((text, name) => text.replaceAll(name, ''), await page.locator('h1').innerText());
        if (language === 'en') expect.soft(heading, `heading of ${page.url()}`).not.toMatch(/[А-Яа-яЁё]/);
      }
      await this.press(called.ru);
    }
    this.translating = false;
  }

  async heading(text) {
    await expect(this.page.locator('h1')).toContainText(text);
  }

  // until reloads a page that shows the progress of something outside until its main part shows the text.
  async until(text, times = 60) {
    for (let i = 0; i < times; i++) {
      if ((await this.page.locator('main').innerText()).match(text)) break;
      await this.page.waitForTimeout(300);
      await this.page.reload();
    }
    await expect(this.page.locator('main')).toContainText(text);
    await this.look();
  }
}

function escape(words) {
  return words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

// snils gives a СНИЛС with right check digits from its first nine.
export function snils(nine) {
  const sum = [...nine].reduce((all, digit, i) => all + Number(digit) * (9 - i), 0);
  return nine + String((sum % 101) % 100).padStart(2, '0');
}
