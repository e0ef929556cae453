// Services of entrepreneurs and legal entities: who acts in whose name, what is prefilled, and what the departments receive.
import { test, expect } from '@playwright/test';
import { Visitor } from '../helpers.js';
import { site } from '../playwright.config.js';
import { decide, enterAs, find, password, pay } from '../story.js';

const ilnur = { last: 'Галиев', first: 'Илнур', phone: '+79172000006', password, as: 'ИП Галиев И. К.' };
const amina = { last: 'Җиһаншина', first: 'Әминә', phone: '+79172000004', password, as: 'ООО «Кырлай»' };
const timur = { last: 'Хабибуллин', first: 'Тимур', phone: '+79172000002', password, as: 'ООО «Кырлай»' };

const inDays = (days) => {
  const day = new Date(Date.now() + days * 24 * 3600_000);
  return `${day.getDate()}.${day.getMonth() + 1}.${day.getFullYear()}`;
};

test('a patent for a sole trader, without JavaScript', async ({ browser }) => {
  const visitor = await Visitor.enter(browser, { javaScriptEnabled: false });
  await find(visitor, 'патент ип', 'Патент для предпринимателя');
  await visitor.press('Подать заявление');
  await visitor.heading('Эта услуга — для предпринимателей'); // a page with next steps, not an error
  await expect(visitor.page.getByRole('link', { name: /Открыть ИП/ })).toBeVisible();
  await enterAs(visitor, ilnur);
  await expect(visitor.page.locator('#in-name')).toContainText('ИП Галиев И. К.');
  await visitor.press('Подать заявление');
  await visitor.step('Чем вы занимаетесь', { 'Вид деятельности': 'Парикмахерские и салоны красоты' });
  await visitor.heading('Индивидуальный предприниматель');
  await expect(visitor.page.locator('#ip-inn')).toHaveValue('165512340666');
  await expect(visitor.page.locator('#ip-ogrn')).toHaveValue('322169000123459');
  await visitor.press('Сохранить и продолжить');
  await visitor.step('Проверим, подходит ли патент', { 'Сколько у вас работников': '16', 'Доход за прошлый календарный год': '1 500 000' });
  await visitor.heading('Слишком много работников для патента');
  await visitor.press('Назад');
  await visitor.step('Проверим, подходит ли патент', { 'Сколько у вас работников': '2' });
  const year = new Date().getFullYear() + 1;
  await visitor.step('На какое время', { 'С какого дня': `1.2.${year}`, 'На сколько месяцев': '12', 'Взносы, которые заплатите за это время': '20 000' });
  await expect(visitor.page.locator('.govuk-error-summary')).toContainText('Патент не может перейти на следующий год');
  await visitor.step('На какое время', { 'На сколько месяцев': '7' });
  await visitor.heading('Сколько стоит патент');
  const shown = (await visitor.page.locator('main').innerText()).replace(/[\u00a0\u202f]/g, ' ');
  for (const sum of ['480 000 ₽', '16 800 ₽', '8 400 ₽', '2 800 ₽']) expect(shown).toContain(sum);
  await visitor.step('Сколько стоит патент', { 'Как удобнее платить?': 'В сроки, которые даёт закон' });
  await visitor.step('Кто заполняет заявление', {});
  await visitor.step('Согласие', { 'Сведения верны, документы действительны': true, 'Я согласен на обработку персональных данных': true });
  await expect(visitor.page.locator('#in-name')).toContainText('ИП Галиев И. К.');
  await visitor.press('Подписать и отправить');
  await visitor.until('Ведомство приняло заявление');
  const url = visitor.page.url();
  await decide(visitor, 'Налоговая служба', await visitor.page.locator('#number').innerText());
  await expect(visitor.page.locator('main')).toContainText('322169000123459');
  await visitor.answer({ 'Сообщение заявителю': 'Патент № 1690260000017' });
  await visitor.press('Исполнено');
  await visitor.open(url);
  await visitor.until('Патент № 1690260000017');

  await visitor.open(`${site.portal}/cabinet`); // once more for oneself: the patent waits for the sole trader
  await visitor.press('Действовать за себя');
  await visitor.open(url);
  await visitor.heading('Это заявление организации');
  await visitor.leave();
});

test('a permit for advertising for a company, with its duty of 5 000 rubles', async ({ browser }) => {
  const visitor = await Visitor.enter(browser);
  await visitor.open(`${site.portal}/acting?service=registry-change&next=/cabinet`);
  await visitor.heading('Эта услуга — для организаций');
  await enterAs(visitor, amina);
  await expect(visitor.page.locator('#acting')).toContainText('ООО «Кырлай»');
  await visitor.open(`${site.portal}/services/advertising-permit`);
  await visitor.press('Подать заявление');
  await visitor.step('Что вы хотите сделать', { 'Что сделать?': 'Повесить вывеску с названием и часами работы' });
  await visitor.heading('Разрешение не нужно'); // a page that says so, not an error
  await visitor.press('Назад');
  await visitor.step('Что вы хотите сделать', { 'Что сделать?': 'Получить разрешение на новую конструкцию' });
  await visitor.heading('Где будет реклама');
  await visitor.page.getByRole('radio').first().check();
  await visitor.press('Сохранить и продолжить');
  await visitor.heading('Организация');
  await expect(visitor.page.locator('#org-inn')).toHaveValue('1655700774');
  await expect(visitor.page.locator('#org-kpp')).toHaveValue('165501001');
  await visitor.page.locator('#org-inn').fill('1655000011');
  await visitor.press('Сохранить и продолжить');
  await expect(visitor.page.locator('.govuk-error-summary a[href="#org-inn"]')).toBeVisible(); // a wrong check digit
  await visitor.page.locator('#org-inn').fill('1655700774');
  await visitor.press('Сохранить и продолжить');
  await visitor.step('Ваши данные', { 'На основании чего вы действуете': 'Устав' });
  await visitor.step('Проверим место', { 'Что верно об этом месте?': 'Дорожный знак, светофор или их опора' });
  await visitor.heading('Здесь реклама запрещена');
  await visitor.press('Назад');
  await visitor.step('Проверим место', { 'Что верно об этом месте?': 'Ничего из этого' });
  await visitor.step('Рекламная конструкция', { 'Где она крепится?': 'Стоит на земле', 'Вид конструкции': 'Билборд (щит)', 'Ширина': '6',
    'Высота': '3', 'Сколько сторон с рекламой': '2', 'Есть ли подсветка?': 'Внешняя' });
  await visitor.step('Место', { 'Город или село': 'Казань', 'Улица': 'проспект Победы', 'Дом, корпус, строение': '100',
    'Кому принадлежит место?': 'Заявителю' });
  await visitor.step('Срок и проект', { 'С какого дня нужно разрешение': inDays(40), 'На сколько лет': '5',
    'Опишите проект': 'Сталь, бетонный фундамент', 'Как получить разрешение?': 'В личном кабинете' });
  await visitor.step('Согласие', { 'Сведения верны, документы действительны': true, 'Я согласен на обработку персональных данных': true });
  await visitor.heading('Проверьте ответы');
  await expect(visitor.page.locator('main')).toContainText('ООО «Кырлай»');
  const check = visitor.page.url();
  await visitor.press('Подписать и перейти к оплате');
  await pay(visitor, '5 000 ₽');
  await visitor.until('Ведомство приняло заявление'); // this system accepts what it receives
  const number = await visitor.page.locator('#number').innerText();
  await decide(visitor, 'Муниципалитет', number);
  await expect(visitor.page.locator('main')).toContainText('1151690007776');
  await visitor.open(check);
  await visitor.leave();
});

test('an extract of the register comes by itself', async ({ browser }) => {
  const visitor = await Visitor.enter(browser, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await visitor.open(`${site.portal}/acting?service=registry-change&next=/applications/new?service=register-extract`);
  await enterAs(visitor, amina);
  await visitor.press('Заказать выписку');
  await visitor.step('О ком нужна выписка', { 'О ком?': 'О нас: организации или ИП, от имени которых я вошёл' });
  await visitor.step('Ваша организация', {});
  await visitor.step('Какая выписка', { 'Форма': 'Электронная, с подписью' });
  await visitor.step('Кто заполняет заявление', {});
  await visitor.step('Согласие', { 'Сведения верны, документы действительны': true, 'Я согласен на обработку персональных данных': true });
  await visitor.press('Подписать и отправить');
  await visitor.until('ОГРН 1151690007776'); // the department's answer, not the name of the service
  await visitor.leave();
});

test('an employee fills in, and may not sign', async ({ browser }) => {
  const visitor = await Visitor.enter(browser);
  await visitor.open(`${site.portal}/services/taxi-permit`);
  await visitor.press('Подать заявление');
  await enterAs(visitor, timur);
  await visitor.press('Подать заявление');
  await visitor.step('Проверим, можно ли работать в такси', { 'Есть ли судимость за тяжкие преступления или запрет управлять?': 'Нет' });
  await visitor.step('Организация', {});
  await visitor.step('Кто заполняет заявление', { 'На основании чего вы действуете': 'Доверенность № 3 от 01.02.2026' });
  await visitor.step('Машины', { 'Номер машины': 'А123ВС 116', 'СТС: серия и номер': '9900 123456', 'Год выпуска': String(new Date().getFullYear() - 2),
    'Цвет': 'Белый', 'Чья машина': 'Своя' });
  await visitor.step('Полис ОСГОП', { 'Номер полиса': 'ГАЗХ 22-123', 'Действует до': inDays(200) });
  await visitor.step('Проверьте', { 'Работаете с агрегатором?': 'Нет' });
  await visitor.step('Согласие', { 'Сведения верны, документы действительны': true, 'Я согласен на обработку персональных данных': true });
  await visitor.heading('Проверьте ответы');
  await expect(visitor.page.locator('main')).toContainText('Подписать должен другой сотрудник');
  await expect(visitor.page.getByRole('button', { name: /Подписать/ })).toHaveCount(0);
  await visitor.leave();
});
