// Command verifier gives a second opinion on signed notes and Merkle proofs: that of the Go project's own
// implementation, golang.org/x/mod/sumdb. It reads a question as JSON and answers with all that is wrong.
package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type inclusion struct {
	Size, Index int64
	Root, Leaf  tlog.Hash
	Path        []tlog.Hash
	// Line is the entry itself, when it is known.
	Line *string
}

type consistency struct {
	From, To         int64
	FromRoot, ToRoot tlog.Hash
	Path             []tlog.Hash
}

type question struct {
	Key         string
	Notes       []string
	Inclusion   []inclusion
	Consistency []consistency
	// Sign is a text to be signed with a new key.
	Sign string
}

type answer struct {
	Problems []string `json:"problems"`
	// Texts are those of the notes.
	Texts []string `json:"texts"`
	Key   string   `json:"key"`
	Note  string   `json:"note"`
}

func main() {
	var asked question
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		log.Fatal(err)
	}
	told := answer{Problems: []string{}, Texts: []string{}}
	verifier, err := note.NewVerifier(asked.Key)
	if err != nil {
		log.Fatal(err)
	}
	for i, text := range asked.Notes {
		opened, err := note.Open([]byte(text), note.VerifierList(verifier))
		if err != nil {
			told.Problems = append(told.Problems, fmt.Sprintf("note %d: %v", i, err))
			continue
		}
		told.Texts = append(told.Texts, opened.Text)
	}
	for i, proof := range asked.Inclusion {
		if proof.Line != nil && tlog.RecordHash([]byte(*proof.Line)) != proof.Leaf {
			told.Problems = append(told.Problems, fmt.Sprintf("inclusion %d: another leaf hash", i))
		}
		if err := tlog.CheckRecord(proof.Path, proof.Size, proof.Root, proof.Index, proof.Leaf); err != nil {
			told.Problems = append(told.Problems, fmt.Sprintf("inclusion %d: %v", i, err))
		}
	}
	for i, proof := range asked.Consistency {
		if err := tlog.CheckTree(proof.Path, proof.To, proof.ToRoot, proof.From, proof.FromRoot); err != nil {
			told.Problems = append(told.Problems, fmt.Sprintf("consistency %d: %v", i, err))
		}
	}
	if asked.Sign != "" {
		told.Key, told.Note = sign(asked.Sign)
	}
	if err := json.NewEncoder(os.Stdout).Encode(told); err != nil {
		log.Fatal(err)
	}
}

func sign(text string) (key, signed string) {
	private, public, err := note.GenerateKey(rand.Reader, "example.org/go")
	if err != nil {
		log.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		log.Fatal(err)
	}
	bytes, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		log.Fatal(err)
	}
	return public, string(bytes)
}
