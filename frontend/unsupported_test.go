package frontend

// unsupported names the fixtures whose parameters we leave out on purpose, and why.
var unsupported = byReason(map[string][]string{
	"a false is the default of the script and is not written": {
		"button: don't prevent double click",
		"error-summary: autofocus disabled",
		"error-summary: autofocus explicitly enabled",
		"notification-banner: auto-focus explicitly enabled, with type as success",
	},
	"we count characters against a fixed limit; its texts come from our locales": {
		"character-count: with maxwords",
		"character-count: with count type 'length'",
		"character-count: with count type 'characters'",
		"character-count: with count type 'characters' and value",
		"character-count: with count type 'characters' and error message",
		"character-count: with count type 'characters' and threshold",
		"character-count: with count type 'words'",
		"character-count: with count type 'words' and value",
		"character-count: with count type 'words' and error message",
		"character-count: with count type 'words' and threshold",
		"character-count: with custom textarea description",
		"character-count: custom classes on countMessage",
		"character-count: to configure in JavaScript",
		"character-count: with neither maxlength nor maxwords set",
		"character-count: with neither maxlength, maxwords nor textarea description set",
		"character-count: with translations",
	},
	"Go lists have no holes": {
		"checkboxes: with falsy values",
		"checkboxes: empty conditional",
		"pagination: with empty items",
		"radios: with falsy items",
		"radios: with empty conditional",
		"task-list: with empty values",
	},
	"Checked and Value agree: the handler decides": {
		"checkboxes: item checked overrides values",
		"radios: item checked overrides value",
		"select: item selected overrides value",
	},
	"a date has its three parts as fields of a struct, not as a list or a map": {
		"date-input: with values",
		"date-input: with values and name prefix",
		"date-input: with values, name prefix and custom names",
		"date-input: day and month (using items)",
		"date-input: month and year (using items)",
		"date-input: with errors only (using items)",
		"date-input: with errors only (using items and classes)",
		"date-input: with error message and hint (using items)",
		"date-input: with error on day input (using items)",
		"date-input: with error on month input (using items)",
		"date-input: with error on year input (using items)",
		"date-input: with items",
		"date-input: with empty items",
		"date-input: custom pattern",
		"date-input: custom inputmode",
		"date-input: with nested name",
		"date-input: with id on items",
		"date-input: suffixed id",
		"date-input: with item value",
		"date-input: with field value and items",
		"date-input: with field value and item value",
		"date-input: with field value, item value and values",
		"date-input: with field value overriding values",
		"date-input: with error on single item",
		"date-input: with error on single item by omission",
		"date-input: with error on single item using classes",
		"date-input: items with classes",
		"date-input: items without classes",
		"date-input: with autocomplete values",
		"date-input: with input attributes",
	},
	"a wrong part is marked by Error alone": {
		"date-input: with error on single field by omission",
		"date-input: with error on single field using classes",
	},
	"texts come from our locales": {
		"error-message: translated",
		"file-upload: translated, no javascript enhancement",
		"file-upload: translated",
		"password-input: with translations",
	},
	"the hidden text is never removed": {
		"error-message: visually hidden text removed",
	},
	"a text is enough here": {
		"error-summary: title html",
		"error-summary: description html",
		"fieldset: html fieldset content",
		"notification-banner: title as html",
		"skip-link: html",
	},
	"not needed": {
		"file-upload: enhanced, custom wrapper classes and attributes",
		"notification-banner: custom title heading level",
	},
	"a password or a file is never sent back": {
		"file-upload: with value",
		"password-input: value",
	},
	"no actions inside a panel; its kind is a field of its own": {
		"panel: interruption",
		"panel: interruption-with-content-with-long-line-length",
		"panel: interruption-with-headings-content-and-lists",
		"panel: interruption with custom classes",
		"panel: confirmation, with actions",
		"panel: interruption, with actions classes and attributes",
		"panel: interruption, submit action",
		"panel: interruption, button link",
		"panel: interruption, no actions",
		"panel: interruption, no actions items",
	},
	"an option always has a value, else its text would be sent": {
		"select: without values",
		"select: without values with selected value",
	},
})

func byReason(reasons map[string][]string) map[string]string {
	names := map[string]string{}
	for reason, list := range reasons {
		for _, name := range list {
			names[name] = reason
		}
	}
	return names
}
