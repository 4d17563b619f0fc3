package main

// #include <unistd.h>
import "C"

import "os"

// isTerminal asks the C library (POSIX.1-2017, isatty); what is not a file of
// the system's is none.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && C.isatty(C.int(file.Fd())) == 1
}
