// Services that no other journey files, through plain HTML forms and without JavaScript.
import { test, expect } from '@playwright/test';
import { Visitor } from '../helpers.js';
import { site } from '../playwright.config.js';
import { begin, walk } from '../filer.js';
import { enter, enterAs, password, pay } from '../story.js';

const plain = { javaScriptEnabled: false };
const amina = { last: 'Җиһаншина', first: 'Әминә', phone: '+79172000004', password };
const ilnur = { last: 'Галиев', first: 'Илнур', phone: '+79172000006', password, as: 'ИП Галиев И. К.' };

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
  await visitor.open(`${site.portal}/acting?service=patent&next=/cabinet`);
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

test('a sole trader counts the tax and closes, without JavaScript', async ({ browser }) => {
  const visitor = await asBusiness(browser, ilnur);
  await file(visitor, 'tax-calculation', { regime: 'usn_income', quarter: 'q1', income: '600 000', contributions: '12 000', staff: 'no' });
  await file(visitor, 'sole-proprietor-closing', { employees: 'no', register_on: 'no' });
  await visitor.leave();
});
