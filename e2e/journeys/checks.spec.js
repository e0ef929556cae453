// A department asks a state register about a citizen: what it answers, and what it does not, and that the citizen sees who asked and why.
import { test, expect } from '@playwright/test';
import { Visitor } from '../helpers.js';
import { begin, walk } from '../filer.js';
import { site } from '../playwright.config.js';
import { enter, password } from '../story.js';

const amina = { last: 'Җиһаншина', first: 'Әминә', phone: '+79172000004', password };
const centre = 'Республиканский центр материальной помощи';
const ministry = 'Министерство строительства, архитектуры и жилищно-коммунального хозяйства Республики Татарстан';

async function asClerk(browser, organisation, name, options = {}) {
  const clerk = await Visitor.enter(browser, options);
  await clerk.open(`${site.intra}/sign-in`);
  await clerk.answer({ 'Организация': organisation });
  await clerk.press('Продолжить');
  await clerk.answer({ 'Сотрудник': name, 'Пароль': password });
  await clerk.press('Войти', clerk.page.locator('main'));
  return clerk;
}

// behaves says how the register of births and marriages answers from now on.
async function behaves(operator, how) {
  await operator.open(`${site.stands}/registers`);
  const form = operator.page.locator('form').filter({ has: operator.page.locator('#mode-civil') });
  await form.getByRole('combobox').selectOption(how);
  await operator.press('Включить', form);
}

test('a clerk asks registers, the citizen sees it, no other department does', async ({ browser }) => {
  const visitor = await Visitor.enter(browser, { javaScriptEnabled: false });
  await visitor.open(`${site.portal}/services/child-benefit`);
  await visitor.press('Подать заявление');
  await enter(visitor, amina);
  await begin(visitor, 'child-benefit');
  expect(await walk(visitor, { state_care: 'no', rights_taken: 'no', child_issued_on: new Date().toISOString().slice(0, 10) })).toMatch(/\/check$/);
  await visitor.press(/^Подписать/);
  await visitor.until('Заявление в ведомстве');
  const number = await visitor.page.locator('#number').innerText();

  const clerk = await asClerk(browser, centre, 'Гайнутдинов Айрат Ильдарович', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const operator = await Visitor.enter(browser);
  const main = clerk.page.locator('main');
  const about = async (kind) => {
    await clerk.open(`${site.intra}/checks`);
    await clerk.answer({ 'Номер заявления': number });
    await clerk.press('Выбрать проверку');
    await clerk.press(kind);
  };
  await test.step('the rule of the service has asked already; a wrong number is told beside its field', async () => {
    await clerk.open(`${site.intra}/checks`);
    await clerk.answer({ 'Номер заявления': '1626-999999-9' });
    await clerk.press('Выбрать проверку');
    await expect(clerk.page.locator('.govuk-error-summary')).toContainText('В вашем ведомстве нет такого заявления');
    await expect(clerk.page.locator('#of')).toHaveValue('1626-999999-9');
    await clerk.open(`${site.intra}/checks?kind=passport&number=${number}`);
    await clerk.until('Подтверждено');
    await expect(main).toContainText('Правило услуги');
  });
  await test.step('what is typed otherwise differs', async () => {
    await about('Паспорт');
    await clerk.answer({ 'Номер паспорта': '12' });
    await clerk.press('Спросить реестр');
    await expect(clerk.page.locator('.govuk-error-summary')).toContainText('6 цифр');
    await clerk.answer({ 'Номер паспорта': '120004', 'Фамилия': 'Иванова' });
    await clerk.press('Спросить реестр');
    await clerk.until('Не сходится');
    await expect(main).toContainText('Имя в реестре другое');
  });
  await test.step('a register that is down is asked until it answers', async () => {
    await behaves(operator, 'down');
    await about('Брак');
    await clerk.press('Спросить реестр');
    await clerk.until('Реестр ответил ошибкой 503');
    await expect(clerk.page.locator('#state')).toContainText('Ждём ответа');
    await behaves(operator, 'normal');
    await clerk.until('Записей о браке нет', 200);
    await clerk.press('Спросить снова');
    await clerk.until('Получены сведения');
  });
  const check = clerk.page.url();
  await test.step('the citizen reads in the journal who asked, what and about which application', async () => {
    await visitor.open(`${site.portal}/settings/journal`);
    await expect(visitor.page.locator('main')).toContainText(`Проверка «Брак» по заявлению ${number}`);
    await expect(visitor.page.locator('main')).toContainText(centre);
  });
  await test.step('another department finds neither the application nor the check', async () => {
    const other = await asClerk(browser, ministry, 'Мингазов Руслан Фаритович');
    await other.open(check);
    await other.heading('Такой страницы нет');
    await other.open(`${site.intra}/checks?number=${number}`);
    await expect(other.page.locator('main')).toContainText('Таких запросов нет');
    await other.open(`${site.intra}/checks/new?of=${number}`);
    await expect(other.page.locator('.govuk-error-summary')).toContainText('В вашем ведомстве нет такого заявления');
    await other.leave();
  });
  for (const one of [visitor, clerk, operator]) await one.leave();
});
