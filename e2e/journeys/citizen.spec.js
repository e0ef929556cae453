// Services of citizens, a journey for each family: bills, fines, appointments, jobs, benefits. What comes of it is seen at the stand.
import { test, expect } from '@playwright/test';
import { Visitor } from '../helpers.js';
import { site } from '../playwright.config.js';
import { decide, enter, pay, password } from '../story.js';

const amina = { last: 'Җиһаншина', first: 'Әминә', phone: '+79172000004', password };

// begin goes from the page of a service into its form; who has not signed in does so on the way.
async function begin(visitor, service) {
  if (!visitor.known) {
    await visitor.open(`${site.portal}/services/child-benefit`);
    await visitor.press('Подать заявление');
    await enter(visitor, amina);
    visitor.known = true;
  }
  await visitor.open(`${site.portal}/services/${service}`);
  await Promise.all([visitor.page.waitForEvent('load'), visitor.page.locator('.govuk-button--start').first().click()]);
  await visitor.look();
  if (await visitor.page.getByRole('button', { name: 'Начать новое' }).count()) await visitor.press('Начать новое');
}

test('a bill for a flat is found by its account and paid, without JavaScript', async ({ browser }) => {
  const visitor = await Visitor.enter(browser, { javaScriptEnabled: false });
  await begin(visitor, 'utilities');
  await visitor.step('Лицевой счёт', { 'Номер лицевого счёта': '160000001' });
  await expect(visitor.page.locator('.govuk-error-summary')).toContainText('10 цифр');
  await visitor.step('Лицевой счёт', { 'Номер лицевого счёта': '1600 000 025' });
  await visitor.heading('Что оплатить');
  await visitor.page.getByRole('radio', { name: 'Моей квитанции здесь нет' }).check();
  await visitor.press('Сохранить и продолжить');
  await visitor.heading('Квитанция не нашлась'); // a page that says what to do
  await visitor.press('Назад');
  await visitor.page.getByRole('radio', { name: /Электроэнергия/ }).check();
  await visitor.press('Сохранить и продолжить');
  await visitor.step('Сколько платить', { 'Сколько вы хотите заплатить?': 'Всю сумму' });
  await visitor.step('Куда прислать чек', { 'Я согласен на обработку персональных данных': true });
  await visitor.heading('Проверьте ответы');
  await expect(visitor.page.locator('main')).toContainText('480,55 ₽');
  await visitor.press('Подписать и перейти к оплате');
  await pay(visitor, '480,55 ₽');
  await visitor.until('зачтена');
  const number = await visitor.page.locator('#number').innerText();
  await decide(visitor, 'Расчётный центр ЖКУ', number);
  await expect(visitor.page.locator('main')).toContainText('480,55 ₽');
  await begin(visitor, 'utilities');
  await visitor.step('Лицевой счёт', { 'Номер лицевого счёта': '1600000025' });
  await visitor.heading('Что оплатить');
  await expect(visitor.page.locator('main')).not.toContainText('Электроэнергия'); // it is paid, and asked of nobody again
  await visitor.leave();
});

test('a traffic fine is paid with its discount, on a phone', async ({ browser }) => {
  const visitor = await Visitor.enter(browser, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await begin(visitor, 'traffic-fines');
  await visitor.step('Как найти штраф', { 'Что у вас под рукой?': 'Водительское удостоверение' });
  await visitor.step('Водительское удостоверение', { 'Серия и номер удостоверения': '99 18 123456' });
  await visitor.heading('Какой штраф оплатить');
  await visitor.page.getByRole('radio', { name: /Превышение скорости/ }).check();
  await visitor.press('Сохранить и продолжить');
  await visitor.heading('Сколько платить');
  await expect(visitor.page.locator('main')).toContainText('562,50 ₽');
  await visitor.answer({ 'Я согласен на обработку персональных данных': true });
  await visitor.press('Сохранить и продолжить');
  await visitor.heading('Проверьте ответы');
  await visitor.press('Подписать и перейти к оплате');
  await pay(visitor, '562,50 ₽');
  await visitor.until('зачтена');
  await decide(visitor, 'Госавтоинспекция', await visitor.page.locator('#number').innerText());
  await expect(visitor.page.locator('main')).toContainText('562,50 ₽');
  await visitor.leave();
});

test('an appointment with a doctor, whose time nobody else gets', async ({ browser }) => {
  const visitor = await Visitor.enter(browser);
  const choose = async () => {
    await begin(visitor, 'doctor-appointment');
    await visitor.heading('Как вы себя чувствуете');
    await visitor.page.locator('input[name=emergency][value=no]').check();
    await visitor.page.locator('input[name=patient][value=me]').check();
    await visitor.press('Сохранить и продолжить');
    await visitor.step('Пациент', {});
    await visitor.step('Полис ОМС', { 'Номер полиса пациента': '1658899700000017' });
    await visitor.heading('Поликлиника');
    await visitor.page.locator('input[name=office][value=clinic-kazan-18]').check();
    await visitor.press('Сохранить и продолжить');
    await visitor.step('К какому врачу', { 'Специальность': 'Терапевт' });
    await visitor.heading('Врач');
    await visitor.page.getByRole('radio', { name: /Соколов/ }).check();
    await visitor.press('Сохранить и продолжить');
    await visitor.heading('Дата и время');
  };
  await choose();
  const slot = visitor.page.locator('input[name=slot]').first();
  const time = await slot.getAttribute('value');
  await slot.check();
  await visitor.press('Сохранить и продолжить');
  await visitor.step('Как с вами связаться', {});
  await visitor.step('Согласие', { 'Сведения верны': true, 'Я согласен на обработку персональных данных': true });
  await visitor.heading('Проверьте ответы');
  await expect(visitor.page.locator('main')).toContainText('Соколов Игорь Петрович');
  await visitor.press('Подписать и отправить');
  await visitor.until(/Талон Д-\d{3}/);
  await decide(visitor, 'Поликлиники', await visitor.page.locator('#number').innerText());
  await choose();
  await expect(visitor.page.locator(`input[name=slot][value="${time}"]`)).toHaveCount(0);
  await visitor.leave();
});

test('an answer to a vacancy reaches the employment centre, which replies', async ({ browser }) => {
  const visitor = await Visitor.enter(browser);
  await begin(visitor, 'job-search');
  await visitor.step('Какую работу ищете', { 'Область': 'Медицина', 'Где': 'Казань' });
  await visitor.heading('Вакансии');
  await visitor.page.getByRole('radio', { name: /Медицинская сестра/ }).check();
  await visitor.press('Сохранить и продолжить');
  await visitor.step('Ваши данные', {});
  await visitor.step('О себе', { 'Образование': 'Среднее профессиональное', 'Стаж в этой области': '5' });
  await visitor.step('Как с вами связаться', {});
  await visitor.step('Согласие', { 'Сведения верны': true, 'Я согласен на обработку персональных данных': true });
  await visitor.press('Подписать и отправить');
  await visitor.until('Заявление в ведомстве');
  const url = visitor.page.url();
  await decide(visitor, 'Центр занятости', await visitor.page.locator('#number').innerText(), 'Принять', 'Исполнено');
  await expect(visitor.page.locator('main')).toContainText('Медицинская сестра');
  await visitor.open(url);
  await visitor.until('Услуга оказана');
  await visitor.leave();
});
