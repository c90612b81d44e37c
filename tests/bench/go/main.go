// Verifies tokens with libraries in Go, on request of tests/bench.
//
// Each line on standard input is one of
//
//	secret HEX
//	es384 HEX                    an uncompressed point
//	token ALG TOKEN
//	verify LIBRARY ALG TIMES     answered by the time in nanoseconds
//	allocations LIBRARY ALG      answered by the number of allocations of one verification
package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	cristalhq "github.com/cristalhq/jwt/v5"
	golang "github.com/golang-jwt/jwt/v5"
)

type info struct {
	Name string `json:"name"`
}

type claims struct {
	golang.RegisteredClaims
	Info     info     `json:"info"`
	Channels []string `json:"channels"`
}

type cristalhqClaims struct {
	cristalhq.RegisteredClaims
	Info     info     `json:"info"`
	Channels []string `json:"channels"`
}

var (
	secret []byte
	point  *ecdsa.PublicKey
	tokens = map[string]string{}
)

func main() {
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		words := strings.Fields(input.Text())
		switch words[0] {
		case "secret":
			secret = bytes(words[1])
		case "es384":
			raw := bytes(words[1])
			point = &ecdsa.PublicKey{
				Curve: elliptic.P384(),
				X:     new(big.Int).SetBytes(raw[1:49]),
				Y:     new(big.Int).SetBytes(raw[49:97]),
			}
		case "token":
			tokens[words[1]] = words[2]
		case "verify":
			times, err := strconv.Atoi(words[3])
			check(err)
			work := verifier(words[1], words[2])
			start := time.Now()
			for range times {
				work()
			}
			fmt.Println(time.Since(start).Nanoseconds())
		case "allocations":
			fmt.Println(allocations(verifier(words[1], words[2])))
		default:
			panic("unknown: " + words[0])
		}
	}
}

// verifier returns a function that verifies the token of alg once: signature, times and claims.
func verifier(library, alg string) func() {
	token := tokens[alg]
	switch library {
	case "cristalhq":
		var verifier cristalhq.Verifier
		var err error
		if alg == "HS256" {
			verifier, err = cristalhq.NewVerifierHS(cristalhq.HS256, secret)
		} else {
			verifier, err = cristalhq.NewVerifierES(cristalhq.ES384, point)
		}
		check(err)
		return func() {
			parsed, err := cristalhq.Parse([]byte(token), verifier)
			check(err)
			var found cristalhqClaims
			check(json.Unmarshal(parsed.Claims(), &found))
			now := time.Now()
			if found.Subject != "42" || !found.IsValidExpiresAt(now) || !found.IsValidNotBefore(now) {
				panic("refused")
			}
		}
	case "golang-jwt":
		parser := golang.NewParser(golang.WithValidMethods([]string{alg}))
		key := func(*golang.Token) (any, error) {
			if alg == "HS256" {
				return secret, nil
			}
			return point, nil
		}
		return func() {
			var found claims
			_, err := parser.ParseWithClaims(token, &found, key)
			check(err)
			if found.Subject != "42" {
				panic("refused")
			}
		}
	}
	panic("unknown library: " + library)
}

func allocations(work func()) uint64 {
	const times = 1000
	work()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range times {
		work()
	}
	runtime.ReadMemStats(&after)
	return (after.Mallocs - before.Mallocs) / times
}

func bytes(text string) []byte {
	raw, err := hex.DecodeString(text)
	check(err)
	return raw
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
