import {
  createAll, Button, CharacterCount, Checkboxes, ErrorSummary, FileUpload, NotificationBanner, PasswordInput, Radios,
  ServiceNavigation, SkipLink
} from 'govuk-frontend'
import './passkey.js'
import './field.js'
import './suggest.js'
import './wait.js'
import './kept.js'

// head.js marked <html> for the styles; the components look for the mark on <body>.
document.body.classList.add('govuk-frontend-supported')

for (const component of [Button, CharacterCount, Checkboxes, ErrorSummary, FileUpload, NotificationBanner, PasswordInput, Radios,
  ServiceNavigation, SkipLink]) {
  createAll(component)
}

// A page may ask to be printed by a button that exists only with scripts.
for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false
  button.addEventListener('click', () => window.print())
}
