package main

import (
	"fmt"
	"os"
	"path/filepath"

	"tamga/internal/gost"
)

// trustedRoots reads the authorities of e-signatures: of a PEM file, or of all .pem, .crt and .cer files of a folder. "" is none.
func trustedRoots(path string) (list []*gost.Certificate, err error) {
	if path == "" {
		return nil, nil
	}
	at, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	files := []string{path}
	if at.IsDir() {
		files = nil
		for _, end := range []string{"*.pem", "*.crt", "*.cer"} {
			found, err := filepath.Glob(filepath.Join(path, end))
			if err != nil {
				return nil, err
			}
			files = append(files, found...)
		}
		if len(files) == 0 {
			return nil, fmt.Errorf("roots of e-signatures: no certificates in %s", path)
		}
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		roots, err := gost.ParseCertificates(raw)
		if err != nil {
			return nil, fmt.Errorf("roots of e-signatures: %s: %w", file, err)
		}
		list = append(list, roots...)
	}
	return list, nil
}
