// Ways to sign in beside the password: an app with codes, printed codes, a passkey, a QR code confirmed on a phone.
import { test, expect } from '@playwright/test';
import { createHmac } from 'node:crypto';
import { Visitor, message } from '../helpers.js';
import { site } from '../playwright.config.js';
import { password } from '../story.js';

const timur = '+79172000002';

// code is what an app shows (RFC 6238).
function code(secret, at = Date.now()) {
  const bits = [...secret.replace(/\s/g, '')].map((sign) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(sign).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const sum = createHmac('sha1', key).update(step).digest();
  return String((sum.readUInt32BE(sum[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

async function byPassword(visitor, login = timur) {
  await visitor.open(`${site.idp}/login`);
  await visitor.page.locator('#login').fill(login);
  await visitor.page.locator('#password').fill(password);
  await Promise.all([visitor.page.waitForEvent('load'), visitor.page.locator('#loginByPwdButton').click()]);
  await visitor.look();
}

test('an app with codes, and printed codes when the phone is lost', async ({ browser }) => {
  const visitor = await Visitor.enter(browser);
  await byPassword(visitor);
  await message(visitor.page.request, 'timur@demo.tamga.example', /Это не я: http/);
  await visitor.open(`${site.idp}/profile/security`);
  await visitor.press('Включить код из приложения');
  const secret = await visitor.page.locator('#secret').innerText();
  await visitor.answer({ 'Код из приложения': '12345' });
  await visitor.press('Включить');
  await expect(visitor.page.locator('.govuk-error-summary')).toContainText('Код не подошёл');
  await visitor.answer({ 'Код из приложения': code(secret) });
  await visitor.press('Включить');
  await visitor.press('Получить 10 кодов');
  const printed = await visitor.page.locator('#codes li').allInnerTexts();
  expect(printed).toHaveLength(10);
  await expect(visitor.page.getByRole('button', { name: 'Распечатать' })).toBeVisible();
  await visitor.press('Я сохранил коды');
  await visitor.press('Выйти', visitor.page.locator('header'));

  await byPassword(visitor);
  await visitor.heading('Подтвердите вход');
  await visitor.press('Код восстановления');
  await visitor.answer({ 'Код восстановления': printed[3].toLowerCase() });
  await visitor.press('Продолжить');
  await visitor.heading('Хабибуллин Тимур');
  await visitor.press('Выйти', visitor.page.locator('header'));

  await byPassword(visitor);
  await visitor.answer({ 'Код из приложения': code(secret, Date.now() + 30_000) }); // the next one: the last was used to set it up
  await visitor.press('Продолжить');
  await visitor.heading('Хабибуллин Тимур');
  await visitor.open(`${site.idp}/profile/security`);
  await expect(visitor.page.locator('main')).toContainText('Осталось 9 кодов');
  visitor.visited = new Set(['', '/recovery', '/remove?what=totp'].map((path) => `${site.idp}/profile/security${path}`));
  await visitor.speaks(['tt', 'en'], []);
  await visitor.leave();
});

test('a passkey, made and used by a virtual authenticator', async ({ browser }) => {
  const visitor = await Visitor.enter(browser);
  const { page } = visitor;
  const devtools = await visitor.context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true,
    hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
  await byPassword(visitor, '+79172000004');
  await visitor.open(`${site.idp}/profile/security/passkeys/add`);
  await visitor.answer({ 'Название': 'Әминәнең телефоны' });
  await visitor.press('Создать ключ');
  await expect(page.locator('main')).toContainText('Добавлен ключ доступа');
  await expect(page.locator('main')).toContainText('Әминәнең телефоны');
  await visitor.press('Выйти', page.locator('header'));

  await page.goto(`${site.idp}/login`); // the list below the login field answers by itself here, or the button does
  await page.locator('#passkey').click({ timeout: 3_000 }).catch(() => {});
  await page.waitForURL(`${site.idp}/profile`);
  await visitor.heading('Җиһаншина Әминә');
  await visitor.open(`${site.idp}/profile/security`);
  await expect(page.locator('main')).not.toContainText('ещё не использовали');
  await visitor.press(/^Удалить/);
  await visitor.press('Да, отключить');
  await expect(page.locator('main')).toContainText('Удалён ключ доступа');
  await visitor.leave();
});

test('a QR code: the phone lets a computer in', async ({ browser }) => {
  const phone = await Visitor.enter(browser, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await byPassword(phone, '+79172000001');
  for (const javaScriptEnabled of [true, false]) {
    const screen = await Visitor.enter(browser, { javaScriptEnabled });
    await screen.open(`${site.idp}/login`);
    if (!javaScriptEnabled) await expect(screen.page.locator('#passkey')).toBeHidden();
    await screen.press('По QR-коду с телефона');
    const number = await screen.page.locator('#number').innerText();
    await phone.open(await scan(screen));
    await phone.answer({ 'Какое число на экране?': number });
    await phone.press('Впустить');
    await expect(phone.page.locator('main')).toContainText('вход выполнен');
    await screen.page.waitForURL(`${site.idp}/profile`);
    await screen.heading('Гарипова Алия');
    await screen.leave();
  }
  await phone.leave();
});

// scan reads the picture as a camera does: the modules of the SVG, drawn on a canvas, by the browser's own detector where there is
// one. Chromium on Linux has none, so the code is read off the modules.
async function scan(screen) {
  const path = await screen.page.locator('svg.tm-qr path').getAttribute('d');
  const size = Number((await screen.page.locator('svg.tm-qr').getAttribute('viewBox')).split(' ')[2]);
  return read(path, size);
}

// read decodes a QR code of versions 1 to 9 with level M, in byte mode, undamaged: enough for what our own server draws.
function read(path, size) {
  const quiet = 4;
  const n = size - 2 * quiet;
  const dark = Array.from({ length: n }, () => Array(n).fill(false));
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h/g)) dark[y - quiet][x - quiet] = true;
  const version = (n - 17) / 4;
  const mask = ((dark[8][2] << 2) | (dark[8][3] << 1) | dark[8][4]) ^ 0b101;
  const masks = [(r, c) => (r + c) % 2, (r) => r % 2, (r, c) => c % 3, (r, c) => (r + c) % 3, (r, c) => (Math.floor(r / 2) + Math.floor(c / 3)) % 2,
    (r, c) => (r * c) % 2 + (r * c) % 3, (r, c) => ((r * c) % 2 + (r * c) % 3) % 2, (r, c) => ((r + c) % 2 + (r * c) % 3) % 2];
  const centres = version === 1 ? [] : version < 7 ? [6, n - 7] : [6, (n - 1) / 2, n - 7];
  const fixed = (r, c) => r === 6 || c === 6 || (r < 9 && (c < 9 || c >= n - 8)) || (r >= n - 8 && c < 9) ||
    (version >= 7 && ((r < 6 && c >= n - 11) || (c < 6 && r >= n - 11))) ||
    centres.some((a) => centres.some((b) => !((a === 6 && b !== n - 7 && b === 6) || (a === 6 && b === n - 7) || (a === n - 7 && b === 6)) &&
      Math.abs(r - a) < 3 && Math.abs(c - b) < 3));
  let bits = '';
  let up = true;
  for (let right = n - 1; right > 0; right -= 2) {
    if (right === 6) right--;
    for (let i = 0; i < n; i++) {
      const r = up ? n - 1 - i : i;
      for (const c of [right, right - 1]) {
        if (!fixed(r, c)) bits += dark[r][c] !== (masks[mask](r, c) === 0) ? 1 : 0;
      }
    }
    up = !up;
  }
  const bytes = bits.match(/.{8}/g).map((byte) => parseInt(byte, 2));
  // Blocks of data at level M: [blocks, bytes each] groups, by version.
  const groups = { 3: [[1, 44]], 4: [[2, 32]], 5: [[2, 43]], 6: [[4, 27]], 7: [[4, 31]], 8: [[2, 38], [2, 39]], 9: [[3, 36], [2, 37]] }[version];
  const blocks = groups.flatMap(([count, length]) => Array.from({ length: count }, () => ({ length, data: [] })));
  let at = 0;
  for (let i = 0; i < Math.max(...blocks.map((block) => block.length)); i++) {
    for (const block of blocks) if (i < block.length) block.data.push(bytes[at++]);
  }
  const data = blocks.flatMap((block) => block.data).map((byte) => byte.toString(2).padStart(8, '0')).join('');
  expect(data.slice(0, 4), 'byte mode').toBe('0100');
  const length = parseInt(data.slice(4, 12), 2);
  return Buffer.from(Array.from({ length }, (_, i) => parseInt(data.slice(12 + 8 * i, 20 + 8 * i), 2))).toString();
}
