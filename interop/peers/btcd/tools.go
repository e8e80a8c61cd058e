//go:build tools

// Package tools names the program that this module pins and builds, and nothing else.
package tools

import _ "github.com/btcsuite/btcd"
