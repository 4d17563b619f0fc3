/*
 * cref: what being position-independent (PIE) means to a C program.
 *
 * Build all *.c of this folder together, with the flags whose effect is asked
 * for; no other flag and no library is needed:
 *
 *     cc -O2 -fno-pie -no-pie *.c -o cref      fixed where the linker put it
 *     cc -O2 -fPIE -pie *.c -o cref            PIE
 *     cc -O2 -fno-pie -static *.c -o cref      the same two without a loader
 *     cc -O2 -fPIE -static-pie *.c -o cref
 *
 * C11 and POSIX.1-2008, and of Linux: getauxval(3), /proc/self/maps.
 *
 * `cref` alone is the floor: it writes one line with one write. `addresses`
 * shows what is placed anew at each start and what is not; `map` shows the
 * whole address space at the same point; `relocations` what had to be
 * relocated for that. `work` is the kind of code that being PIE makes dearer
 * in C: indirect calls through tables of function pointers, jump tables,
 * arrays that are indexed at an address that the linker does not know, calls
 * and variables of other files. What it prints is the same on all machines,
 * with all compilers and all their flags.
 */
#include "cref.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
	"usage: cref\n"
	"       cref addresses | map | relocations\n"
	"       cref work N\n"
	"       cref --version | --help\n"
	"\n"
	"Shows what being position-independent (PIE) means to a C program.\n"
	"\n"
	"  (nothing)    print one line\n"
	"  addresses    print where things are, a line `NAME 0xADDRESS` for each, or\n"
	"               `NAME -` if there is none; then whether this is a PIE, how far\n"
	"               it was moved, and by what that was seen\n"
	"  map          print /proc/self/maps, read at the same point\n"
	"  relocations  print how many pointers the program's tables hold, whether all\n"
	"               of them are right, and how many relative relocations its\n"
	"               dynamic section asks for\n"
	"  work N       compute for N rounds, 1 to 1000000, and print a checksum that\n"
	"               depends on N only\n"
	"\n"
	"Exit status: 0 well, 1 failure, 2 usage.\n"
	"\n"
	"example: cref work 100\n";

static int misuse(const char *message, const char *argument)
{
	fprintf(stderr, "cref: %s: \"%s\"\nhint: see cref --help\n", message,
	        argument);
	return STATUS_USAGE;
}

_Static_assert(MOST_ROUNDS == 1000000, "--help and an error say so");

/* parse_rounds takes a decimal number of 1 to MOST_ROUNDS, and else gives 0. */
static unsigned parse_rounds(const char *text)
{
	unsigned n = 0;
	for (const char *p = text; *p != '\0'; p++) {
		if (*p < '0' || *p > '9') {
			return 0;
		}
		n = n * 10 + (unsigned)(*p - '0');
		if (n > MOST_ROUNDS) {
			return 0;
		}
	}
	return n;
}

static int run(int argc, char *argv[])
{
	static const struct {
		const char *name;
		int (*run)(void);
	} commands[] = {
		{"addresses", print_addresses},
		{"map", print_map},
		{"relocations", print_relocations},
	};
	if (argc < 2) {
		output_text("hello, world\n");
		return STATUS_WELL;
	}
	if (strcmp(argv[1], "work") == 0) {
		if (argc < 3) {
			fprintf(stderr, "cref: work needs a number\n"
			                "hint: see cref --help\n");
			return STATUS_USAGE;
		}
		if (argc > 3) {
			return misuse("unexpected argument", argv[3]);
		}
		unsigned rounds = parse_rounds(argv[2]);
		if (rounds == 0) {
			return misuse("not a number from 1 to 1000000", argv[2]);
		}
		return work(rounds);
	}
	if (argc > 2) {
		return misuse("unexpected argument", argv[2]);
	}
	if (strcmp(argv[1], "--version") == 0) {
		output_text("cref 1.0\n");
		return STATUS_WELL;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		output_text(usage);
		return STATUS_WELL;
	}
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		if (strcmp(argv[1], commands[i].name) == 0) {
			return commands[i].run();
		}
	}
	return misuse("unknown command", argv[1]);
}

int main(int argc, char *argv[])
{
	int status = run(argc, argv);
	if (status == STATUS_WELL && !output_flush()) {
		status = STATUS_FAILURE;
	}
	return status;
}
