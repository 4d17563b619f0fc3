// Command mapped starts like hello, and before it prints its line maps its own file executable, as large as it is
// told, and reads a byte of each piece: an effect on a start whose size is known, since it grows with the mapping.
package main

import (
	"os"
	"strconv"
	"syscall"
)

// As much as the kernel maps around a fault (fault_around_bytes, where nobody has changed it).
const piece = 64 << 10

// Not all zero, so that it lies in the file.
var ballast = [160 * piece]byte{0: 1, 160*piece - 1: 1}

func main() {
	pieces := 1
	if len(os.Args) > 1 {
		n, err := strconv.Atoi(os.Args[1])
		if err != nil || n < 1 || n > len(ballast)/piece {
			os.Stderr.WriteString("usage: mapped [PIECES], from 1 to 160\n")
			os.Exit(2)
		}
		pieces = n
	}
	mapping, err := executable(pieces * piece)
	if err != nil {
		os.Stderr.WriteString("mapped: " + err.Error() + "\n")
		os.Exit(1)
	}
	sum := ballast[0]
	for at := 0; at < len(mapping); at += piece {
		sum += mapping[at]
	}
	// The first byte of an ELF file is 127, and what is read must not be optimised away.
	if mapping[0] != 127 || (sum == 0 && pieces == 1) {
		os.Exit(1)
	}
	os.Stdout.WriteString("mapped\n")
}

func executable(length int) ([]byte, error) {
	file, err := syscall.Open("/proc/self/exe", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return syscall.Mmap(file, 0, length, syscall.PROT_READ|syscall.PROT_EXEC, syscall.MAP_PRIVATE)
}
