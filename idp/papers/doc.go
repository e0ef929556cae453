// Package papers keeps people's documents, addresses and vehicles.
package papers
