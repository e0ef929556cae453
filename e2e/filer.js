// The form of any service, filled by what its fields are called: journeys that file many services need no list of each page.
import { expect } from '@playwright/test';
import { site } from './playwright.config.js';
import { snils } from './helpers.js';

const day = (shift) => new Date(Date.now() + (shift * 24 + 3) * 3600_000).toISOString().slice(0, 10); // in Moscow, three hours ahead
const pdf = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n'
  + '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');
export const paper = (name = 'plan.pdf') => ({ name, mimeType: 'application/pdf', buffer: pdf });

// What people answer, by the end of a field's name. The first that fits is taken; a date is 2006-01-02.
const usual = [
  [/child_birth_date$/, '2019-03-05'], [/birth_date$/, '1990-04-12'], [/(wanted_from|start_date|dismantle_date)$/, day(40)],
  [/policy_until$/, day(300)], [/contract_end$/, day(-5)], [/(end_date|decided_on)$/, day(0)], [/(_on|_date)$/, '2026-03-16'],
  [/child_snils$/, snils('201000203')], [/snils$/, '16309071550'], [/certificate$/, 'II-КБ 123456'],
  [/(plot_cadastral|cadastral)$/, '16:50:010101:17'], [/plate$/, 'А123ВС 116'], [/sts$/, '16 29 123456'], [/licence$/, '9918123456'],
  [/policy$/, '1648020841001234'], [/(post_)?index$/, '422034'], [/bik$/, '049205805'], [/account$/, '40817810862000000017'],
  [/code$/, '160-001'], [/series$/, '9210'], [/passport_number$|identity-number$/, '123456'],
  [/(company|org)[_-]inn$/, '1655700774'], [/ogrn$/, '1151690007776'], [/ogrnip$/, '322169000123459'], [/inn$/, '165512340666'],
  [/locality$/, 'Казань'], [/street$/, 'ул. Баумана'], [/house$/, '1'], [/flat$/, '15'],
  [/last_name$/, 'Җиһаншин'], [/first_name$/, 'Нурислам'], [/middle_name$/, 'Маратович'], [/surname_after$/, 'Җиһаншина'],
  [/phone$/, '+7 917 200-00-04'], [/email$/, 'amina@demo.tamga.example'], [/okved/, '62.01'],
  [/(income|sum|fee|cost|expenses|amount|contributions|advances)/, '1000'], [/(area)$/, '100'], [/(width|height)$/, '3'], [/family_size$/, '3'],
  [/car_year$/, String(new Date().getFullYear() - 2)], [/(years|months|copies|sides|floors|stages|staff|workers|objects|minors|family_children)/, '2'],
];

// fill answers what stands on the page: what is known stays, what may be left out is left out, and of choices the first is taken,
// unless own says otherwise by the name of the field (or its end, within a group).
export async function fill(page, own = {}) {
  const fields = await page.locator('main form').first().evaluate((form) => [...form.elements].filter((e) => e.name && !e.name.startsWith('_')
    && e.type !== 'hidden' && e.tagName !== 'BUTTON' && e.tagName !== 'FIELDSET' && !e.closest('details:not([open])')).map((e) => ({ name: e.name, type: e.type, value: e.value, id: e.id,
    checked: e.checked, label: (e.labels?.[0]?.innerText ?? '') + (e.closest('fieldset')?.querySelector('legend')?.innerText ?? '') })));
  const seen = new Set();
  for (const field of fields) {
    const plain = field.name.replace(/^.*\.\d+\./, '').replace(/-(day|month|year)$/, '');
    const given = own[plain] ?? own[field.name];
    const at = page.locator(`[id="${field.id}"]`);
    if (field.type === 'radio' || field.type === 'checkbox') {
      const group = fields.filter((f) => f.name === field.name);
      if (seen.has(field.name)) continue;
      seen.add(field.name);
      const wanted = [].concat(given ?? (group.some((f) => f.checked) || /^(no_middle_name|duty_exempt|other_gardens)$|-no_middle_name$/.test(plain) ? [] : group[0].value));
      for (const value of wanted) await page.locator(`[name="${field.name}"][value="${value}"]`).check();
    } else if (field.type === 'file') {
      if (given !== '' && !/необязательно/.test(field.label)) await at.setInputFiles(paper());
    } else if (field.type === 'select-one') {
      if (given) await at.selectOption(given);
      else if (!field.value) await at.selectOption({ index: 1 });
    } else {
      if (given === undefined && (field.value || /необязательно/.test(field.label))) continue;
      let value = given ?? usual.find(([name]) => name.test(plain))?.[1] ?? 'По договору';
      const part = field.name.match(/-(day|month|year)$/)?.[1];
      if (part) value = value.split('-')[{ year: 0, month: 1, day: 2 }[part]];
      await at.fill(value);
    }
  }
}

// begin opens the form of a service whose reader is known already.
export async function begin(visitor, service) {
  await visitor.open(`${site.portal}/applications/new?service=${service}`);
  await Promise.all([visitor.page.waitForEvent('load'), visitor.page.locator('main form button').first().click()]);
  await visitor.look();
}

// walk answers page by page until the answers can be checked. each is called before a page is sent, stopped at a page of a stop.
export async function walk(visitor, own = {}, each = () => {}) {
  for (let i = 0; i < 40; i++) {
    const { page } = visitor;
    const path = new URL(page.url()).pathname;
    if (!path.includes('/steps/') || path.endsWith('/stop')) return path;
    await fill(page, own);
    await each(path.split('/').pop());
    await Promise.all([page.waitForEvent('load'), page.locator('main form button.govuk-button:not([name])').last().click()]);
    await visitor.look();
    const wrong = page.locator('.govuk-error-summary');
    if (await wrong.count()) expect(await wrong.innerText(), `answers on ${page.url()}`).toBe('');
  }
  throw new Error('the form does not end');
}
