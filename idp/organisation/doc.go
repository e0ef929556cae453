// Package organisation is legal entities, sole proprietors and agencies, and the people who act in their names.
package organisation
