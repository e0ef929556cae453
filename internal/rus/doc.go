// Package rus knows the formats that Russian documents, payments and people use: how citizens type them, how they are stored,
// how they are shown, and the check digits that catch a slip of the finger.
//
// Every parser takes text as a person types it (any spaces, any dashes, Latin letters in place of Cyrillic ones) and returns the
// canonical form that is stored. The error is always a *FormatError: a key of the locale files frontend/locales/*/rus.yaml,
// whose text says what is wrong and how to mend it. An empty string is an error too; leave optional fields unparsed.
//
// Numbers that pass a check digit but consist of zeros are refused: they only ever come from tests and from people who want to
// get past a field.
package rus
