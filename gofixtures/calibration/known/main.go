// Command known starts like hello, and before it prints its line writes to as many private pages of its own
// file as it is told: an effect on a start whose size is known, since it grows with the number of pages.
package main

import (
	"os"
	"strconv"
)

const pageSize = 4096

// Not all zero, so that it lies in the file and each first write to a page of it makes a private copy.
var pages = [512 * pageSize]byte{0: 1, 512*pageSize - 1: 1}

func main() {
	touch := 0
	if len(os.Args) > 1 {
		n, err := strconv.Atoi(os.Args[1])
		if err != nil || n < 0 || n > len(pages)/pageSize {
			os.Stderr.WriteString("usage: known [PAGES], at most 512\n")
			os.Exit(2)
		}
		touch = n
	}
	for page := 0; page < touch; page++ {
		pages[page*pageSize+1]++
	}
	os.Stdout.WriteString("known\n")
}
