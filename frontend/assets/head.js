// Runs before the page is drawn: components that need scripts are drawn for them at once.
document.documentElement.classList.add('js')
if ('noModule' in HTMLScriptElement.prototype) document.documentElement.classList.add('govuk-frontend-supported', 'js-enabled')
