package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"runtime"
	"sync"

	"gopie.example/shformat/syntax"
)

// result is what became of one script.
type result struct {
	out     []byte // for stdout
	err     error
	differs bool
}

// formatAll formats the scripts under all paths, several at a time, and writes
// the results in order.
func formatAll(paths []string, o options, stdin io.Reader, stdout, stderr io.Writer) error {
	type job struct {
		source
		done chan result
	}
	workers := runtime.GOMAXPROCS(0)
	// jobs hands the work out, order keeps its order. The bound on both is the
	// bound on how many results wait in memory.
	jobs := make(chan job, workers)
	order := make(chan job, 2*workers)
	go func() {
		for _, path := range paths {
			find(path, func(s source) {
				j := job{s, make(chan result, 1)}
				order <- j
				jobs <- j
			})
		}
		close(jobs)
		close(order)
	}()
	var wg sync.WaitGroup
	for i := 0; i < workers; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := range jobs {
				j.done <- o.format(j.source, stdin)
			}
		}()
	}

	w := bufio.NewWriterSize(stdout, 1<<16)
	failed := false
	for j := range order {
		r := <-j.done
		if r.err != nil {
			failed = true
			fmt.Fprintf(stderr, "%v\n", r.err)
		}
		failed = failed || r.differs
		w.Write(r.out) // Flush gives the first error
	}
	wg.Wait()
	if err := w.Flush(); err != nil {
		return err
	}
	if failed {
		return errReported
	}
	return nil
}

// format does one script.
func (o options) format(s source, stdin io.Reader) (r result) {
	text, ok, err := s.read(stdin)
	if err != nil || !ok {
		return result{err: err}
	}
	name := s.path
	if name == "-" {
		name = "<stdin>"
	}
	file, err := syntax.Parse(name, text, dialect(o.lang, s.path, text))
	if err != nil {
		return result{err: err}
	}
	if o.json {
		var b bytes.Buffer
		err := syntax.WriteJSON(&b, file)
		return result{out: b.Bytes(), err: err}
	}
	formatted := syntax.Print(nil, file, o.style)
	if !o.list && !o.diff && !o.write {
		return result{out: formatted}
	}
	if string(formatted) == text {
		return result{}
	}
	if o.list {
		r.out = append(r.out, name+"\n"...)
	}
	if o.write {
		r.err = o.writeBack(s.path, file, formatted)
	}
	if o.diff {
		r.differs = true
		r.out = append(r.out, unifiedDiff(name, text, string(formatted))...)
	}
	return r
}

// writeBack replaces a script by its formatted text, once that has been parsed
// again and found to be the same script: a formatter's own mistake must not
// reach a file.
func (o options) writeBack(path string, file *syntax.File, formatted []byte) error {
	again, err := syntax.Parse(path, string(formatted), file.Lang)
	if err != nil {
		return fmt.Errorf("%s is left alone: formatted, it would not parse: %w", path, err)
	}
	if !syntax.Same(file, again) {
		return fmt.Errorf("%s is left alone: formatted, it would be another script", path)
	}
	return replace(path, formatted)
}
