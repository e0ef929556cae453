// Services that no other journey files, through plain HTML forms and without JavaScript.
import { test, expect } from '@playwright/test';
import { Visitor } from '../helpers.js';
import { site } from '../playwright.config.js';
import { begin, paper, walk } from '../filer.js';
import { enter, enterAs, password, pay } from '../story.js';

const plain = { javaScriptEnabled: false };
const amina = { last: 'Җиһаншина', first: 'Әминә', phone: '+79172000004', password, as: 'ООО «Кырлай»' };
const ilnur = { last: 'Галиев', first: 'Илнур', phone: '+79172000006', password, as: 'ИП Галиев И. К.' };

const next = new Date().getFullYear() + 1;

// file sends an application for a service and gives the number that it gets, or nothing when a duty has to be paid first.
async function file(visitor, service, own, each) {
  await begin(visitor, service);
  expect(await walk(visitor, own, each), `the form of ${service}`).toMatch(/\/check$/);
  await visitor.press(/^Подписать/);
  if (await visitor.page.getByRole('heading', { name: 'Осталось оплатить' }).count()) return undefined;
  await expect(visitor.page.locator('#number'), service).toBeVisible();
  return visitor.page.locator('#number').innerText();
}

async function asCitizen(browser, options = plain) {
  const visitor = await Visitor.enter(browser, options);
  await visitor.open(`${site.portal}/services/child-benefit`);
  await visitor.press('Подать заявление');
  await enter(visitor, amina);
  return visitor;
}

async function asBusiness(browser, who, options = plain) {
  const visitor = await Visitor.enter(browser, options);
  await visitor.open(`${site.portal}/acting?service=${who === ilnur ? 'patent' : 'registry-change'}&next=/cabinet`);
  await enterAs(visitor, who);
  return visitor;
}

test('what is paid by number, without JavaScript', async ({ browser }) => {
  const visitor = await asCitizen(browser);
  for (const [service, own] of Object.entries({ 'mobile-topup': { topup_phone: '+7 917 200-00-04' }, 'press-subscription': {},
    'state-fines': { search_by: 'snils' } })) expect(await file(visitor, service, own), service).toBeUndefined();
  expect(await file(visitor, 'state-duties', { duty_kind: 'passport', duty_exempt: 'none' })).toBeUndefined();
  await pay(visitor, '300 ₽');
  await visitor.until(/Ведомство приняло заявление|Услуга оказана/);
  await expect(visitor.page.getByRole('button', { name: /Отменить|Отозвать/ })).toHaveCount(0); // the money has gone on
  await file(visitor, 'meter-readings', { account: '1600000017', cold: '121', hot: '75', power: '5300' });
  await visitor.leave();
});

test('appointments, without JavaScript', async ({ browser }) => {
  const visitor = await asCitizen(browser);
  for (const service of ['authority-appointment', 'bailiff-appointment', 'passport-appointment']) await file(visitor, service, {});
  await visitor.leave();
});

test('kindergarten, name and home, without JavaScript', async ({ browser }) => {
  const visitor = await asCitizen(browser);
  await file(visitor, 'kindergarten-compensation-additional', { students: 'no', pays: 'yes', certificate_place: 'tatarstan', special: 'none',
    idle_parent: 'work', family_income: '60 000', family_size: '3', family_children: '1', child_fee: '3 000',
    child_birth_date: `${next - 5}-06-01` });
  await file(visitor, 'kindergarten-queue', { child_birth_date: `${next - 5}-06-01` });
  await file(visitor, 'name-change', { new_last_name: 'Сәгыйть' });
  await file(visitor, 'bti', {});
  await visitor.leave();
});

test('a company files its papers, without JavaScript', async ({ browser }) => {
  const visitor = await asBusiness(browser, amina);
  const { page } = visitor;
  await file(visitor, 'building-permit', { object_type: 'social' }, async (step) => {
    if (step !== 'papers') return;
    const input = page.locator('input[type=file]').first();
    const send = async () => {
      await Promise.all([page.waitForEvent('load'), page.locator('main form button.govuk-button:not([name])').last().click()]);
      await visitor.look();
    };
    await test.step('files that will not do are named, the others stay', async () => {
      await input.setInputFiles([paper('генплан.pdf'), { name: 'план.exe', mimeType: 'application/pdf', buffer: Buffer.from('MZ\x90\x00') }]);
      await send();
      await expect(page.locator('.govuk-error-summary')).toContainText('план.exe');
      await expect(page.locator('.tm-files__name').first()).toContainText('генплан.pdf');
      await visitor.press(/^Убрать «генплан/);
      await expect(page.locator('.tm-files__name')).toHaveCount(0);
    });
    await input.setInputFiles([paper('схема.pdf'), paper('разрез.pdf')]);
  });
  await file(visitor, 'registry-change', { changes: ['head', 'address'] });
  await visitor.leave();
});

test('a sole trader counts the tax and closes, without JavaScript', async ({ browser }) => {
  const visitor = await asBusiness(browser, ilnur);
  await file(visitor, 'tax-calculation', { regime: 'usn_income', quarter: 'q1', income: '600 000', contributions: '12 000', staff: 'no' });
  await file(visitor, 'sole-proprietor-closing', { employees: 'no', register_on: 'no' });
  await visitor.leave();
});

test('questions know their subject: names, dates in words, addresses of the register', async ({ browser }) => {
  const visitor = await asCitizen(browser, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const { page } = visitor;
  await begin(visitor, 'sole-proprietor-registration');
  const path = await walk(visitor, { obstacle: 'none' }, async (step) => {
    if (step === 'person') {
      await page.getByLabel('Отчество').first().fill('');
      await page.getByRole('checkbox', { name: /Отчества нет|Нет отчества/ }).check();
      await page.locator('[name="birth_date-day"]').fill('15');
      await page.locator('[name="birth_date-month"]').fill('июля');
      await page.locator('[name="birth_date-year"]').fill('1990');
    }
    if (step === 'passport') {
      const town = page.locator('[name="address-locality"]');
      await town.fill('');
      await town.pressSequentially('Набереж');
      const offered = page.locator('datalist option[value*="Набережные Челны"]').first(); // the browser itself shows the list
      await offered.waitFor({ state: 'attached' });
      await town.fill(await offered.getAttribute('value'));
      await page.locator('[name="address-street"]').fill('проспект Мира');
    }
  });
  expect(path).toMatch(/\/check$/);
  await expect(page.locator('main')).toContainText('15 июля 1990');
  await expect(page.locator('main')).toContainText('Набережные Челны');
  await begin(visitor, 'kindergarten-queue');
  await page.locator('[name="child_certificate"]').fill('ii-KБ № 123456'); // Latin, Cyrillic, small letters
  for (const [part, text] of [['day', '1'], ['month', 'июня'], ['year', String(next - 5)]]) await page.locator(`[name="child_birth_date-${part}"]`).fill(text);
  await visitor.press('Сохранить и продолжить');
  await visitor.press('Назад');
  await expect(page.locator('[name="child_certificate"]')).toHaveValue(/^II-КБ/);
  await visitor.leave();
});
