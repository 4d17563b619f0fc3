/*
 * Where things are. All is looked at in one place, look, before anything is
 * printed: so `addresses` and `map` show the same point of the program's life.
 */
#define _GNU_SOURCE /* getauxval, environ */

#include "cref.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#ifndef DT_RELR /* gABI; older headers lack it */
#define DT_RELRSZ 35
#define DT_RELR 36
#endif

/* The linker's name (GNU ld, gold, lld) for the header that is loaded. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

enum place {
	TEXT, RODATA, DATA, BSS, TLS, HEAP, HEAP_LARGE, STACK, ENVIRONMENT, AUXV,
	VDSO, LIBC, LOADER, ENTRY, PHDR, EHDR, PLACES
};

static const char *const names[PLACES] = {
	[TEXT] = "text",           [RODATA] = "rodata",
	[DATA] = "data",           [BSS] = "bss",
	[TLS] = "tls",             [HEAP] = "heap",
	[HEAP_LARGE] = "heap-large", [STACK] = "stack",
	[ENVIRONMENT] = "environment", [AUXV] = "auxv",
	[VDSO] = "vdso",           [LIBC] = "libc",
	[LOADER] = "loader",       [ENTRY] = "entry",
	[PHDR] = "phdr",           [EHDR] = "ehdr",
};

static const int rodata_object = 1;
static int data_object = 1;
static int bss_object;
static _Thread_local int tls_object = 1;

static uintptr_t places[PLACES]; /* 0: there is none */
static uintptr_t called_from;

/*
 * A pointer to a function of libc is no evidence of where libc is: in a program
 * that is no PIE it points into the program's own table of jumps (PLT). That
 * from which libc calls back is.
 */
static int compare(const void *a, const void *b)
{
	called_from = (uintptr_t)__builtin_return_address(0);
	return *(const unsigned char *)a - *(const unsigned char *)b;
}

static uintptr_t auxv_address(void)
{
	char **p = environ;
	while (*p != NULL) {
		p++;
	}
	return (uintptr_t)(p + 1);
}

enum { SMALL = 64, LARGE = 4 << 20 };

/* look fills places, and leaves what it allocated; 0 without memory. */
static int look(void)
{
	static void *small, *large; /* static, so that they are allocated in fact */
	unsigned char sorted[2] = {2, 1};

	/* Both from malloc: for much it asks for memory of its own, by mmap. */
	small = malloc(SMALL);
	large = malloc(LARGE);
	if (small == NULL || large == NULL) {
		fprintf(stderr, "cref: out of memory\n");
		return 0;
	}
	qsort(sorted, 2, 1, compare);
	places[TEXT] = (uintptr_t)look;
	places[RODATA] = (uintptr_t)&rodata_object;
	places[DATA] = (uintptr_t)&data_object;
	places[BSS] = (uintptr_t)&bss_object;
	places[TLS] = (uintptr_t)&tls_object;
	places[HEAP] = (uintptr_t)small;
	places[HEAP_LARGE] = (uintptr_t)large;
	places[STACK] = (uintptr_t)sorted;
	places[ENVIRONMENT] = (uintptr_t)environ;
	places[AUXV] = auxv_address();
	places[VDSO] = (uintptr_t)getauxval(AT_SYSINFO_EHDR);
	places[LOADER] = (uintptr_t)getauxval(AT_BASE);
	places[ENTRY] = (uintptr_t)getauxval(AT_ENTRY);
	places[PHDR] = (uintptr_t)getauxval(AT_PHDR);
	places[EHDR] = (uintptr_t)&__ehdr_start;
	/* Without a loader libc is a part of the program, and nowhere else. */
	places[LIBC] = places[LOADER] != 0 ? called_from : 0;
	return 1;
}

/* moved is how far from where the linker put it the program is. */
static uintptr_t moved(void)
{
	const ElfW(Phdr) *p = (const void *)getauxval(AT_PHDR);
	for (unsigned i = 0; i < __ehdr_start.e_phnum; i++) {
		if (p[i].p_type == PT_LOAD && p[i].p_offset == 0) {
			return (uintptr_t)&__ehdr_start - p[i].p_vaddr;
		}
	}
	return 0; /* not reached: the header was loaded from offset 0 */
}

int print_addresses(void)
{
	if (!look()) {
		return STATUS_FAILURE;
	}
	for (int i = 0; i < PLACES; i++) {
		if (places[i] != 0) {
			output_line("%s 0x%" PRIxPTR, names[i], places[i]);
		} else {
			output_line("%s -", names[i]);
		}
	}
	unsigned type = __ehdr_start.e_type;
	output_line("pie %s", type == ET_DYN ? "yes" : "no");
	output_line("moved 0x%" PRIxPTR, moved());
	output_line("evidence e_type=%s of the loaded ELF header; the first segment, "
	            "linked for 0x%" PRIxPTR ", is at 0x%" PRIxPTR,
	            type == ET_DYN ? "ET_DYN" : type == ET_EXEC ? "ET_EXEC" : "?",
	            (uintptr_t)&__ehdr_start - moved(), (uintptr_t)&__ehdr_start);
	return STATUS_WELL;
}

int print_map(void)
{
	static const char file[] = "/proc/self/maps";
	static char piece[4096];
	if (!look()) {
		return STATUS_FAILURE;
	}
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;
	while (fd >= 0 && (n = read(fd, piece, sizeof piece)) != 0) {
		if (n > 0) {
			output(piece, (size_t)n);
		} else if (errno != EINTR) {
			break;
		}
	}
	if (n < 0) {
		fprintf(stderr, "cref: cannot read %s: %s\n", file, strerror(errno));
		return STATUS_FAILURE;
	}
	close(fd);
	return STATUS_WELL;
}

/*
 * packed counts the relocations of a DT_RELR table (gABI, Relative Relocation
 * Table): an address is one, a bitmap as many as it has bits above the lowest.
 */
static unsigned long packed(const ElfW(Addr) *table, size_t size)
{
	unsigned long n = 0;
	for (size_t i = 0; i < size / sizeof *table; i++) {
		ElfW(Addr) entry = table[i];
		if ((entry & 1) == 0) {
			n++;
			continue;
		}
		while ((entry >>= 1) != 0) {
			n += (unsigned long)(entry & 1);
		}
	}
	return n;
}

int print_relocations(void)
{
	const ElfW(Phdr) *p = (const void *)getauxval(AT_PHDR);
	unsigned long plain = 0;
	uintptr_t packed_at = 0;
	size_t packed_size = 0;
	for (unsigned i = 0; i < __ehdr_start.e_phnum; i++) {
		if (p[i].p_type != PT_DYNAMIC) {
			continue;
		}
		const ElfW(Dyn) *d = (const void *)(moved() + p[i].p_vaddr);
		for (; d->d_tag != DT_NULL; d++) {
			switch (d->d_tag) {
			case DT_RELACOUNT:
			case DT_RELCOUNT:
				plain += (unsigned long)d->d_un.d_val;
				break;
			case DT_RELR:
				packed_at = d->d_un.d_ptr;
				break;
			case DT_RELRSZ:
				packed_size = d->d_un.d_val;
				break;
			}
		}
	}
	if (packed_at < moved()) { /* unless libc has added that already */
		packed_at += moved();
	}
	size_t right = 0;
	for (size_t i = 0; i < word_count; i++) {
		if (words[i].seen == seen_keyword || words[i].seen == seen_input_output ||
		    words[i].seen == seen_string || words[i].seen == seen_process ||
		    words[i].seen == seen_arithmetic) {
			right += words[i].text[0] >= 'a' && words[i].text[0] <= 'z' ? 2 : 1;
		}
	}
	output_line("pointers %zu", 2 * word_count);
	output_line("right %zu", right);
	output_line("relative %lu", plain);
	output_line("packed %lu",
	            packed((const ElfW(Addr) *)packed_at, packed_size));
	return right == 2 * word_count ? STATUS_WELL : STATUS_FAILURE;
}
