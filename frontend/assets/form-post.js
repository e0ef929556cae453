// An answer to a client goes as a form (response_mode=form_post). Without scripts the person presses its button.
document.getElementById('form-post').submit()
