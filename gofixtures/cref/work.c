/* The workload: both engines of the machine on its programs, and the scanner. */
#include "cref.h"

#include <stdio.h>
#include <string.h>

/* random_number goes on from a state (numbers of D. E. Knuth's MMIX). */
static uint32_t random_number(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

enum { TEXT_SIZE = 32768, LONGEST_PIECE = 128 };

static char text[TEXT_SIZE];
static size_t text_size;

static void append(const char *piece)
{
	size_t size = strlen(piece);
	if (size <= TEXT_SIZE - text_size) {
		memcpy(text + text_size, piece, size);
		text_size += size;
	}
}

/* write_text makes a text for the scanner. */
static void write_text(uint64_t *random)
{
	static const char *const separators[] = {
		" ", "(", ") ", " = ", ";\n", ", ", "->", " + ", " / ", " * ",
		" /* what is known of it **/ ", "\"a string: %s\\n\"", "[i]", "/",
	};
	static const char *const names[] = {
		"i", "n", "buffer", "size", "the_longest_of_names", "count", "x86_64",
	};
	for (text_size = 0; text_size < TEXT_SIZE - LONGEST_PIECE;) {
		char number[16];
		uint32_t r = random_number(random);
		switch (r % 8) {
		case 0:
			snprintf(number, sizeof number, "%lu", (unsigned long)(r >> 12));
			append(number);
			break;
		case 1:
		case 2:
			append(names[(r >> 3) % (sizeof names / sizeof names[0])]);
			break;
		default:
			append(words[(r >> 3) % word_count].text);
		}
		r = random_number(random);
		append(separators[r % (sizeof separators / sizeof separators[0])]);
	}
}

/*
 * run_program gives a program's answer, the same from both engines, and leaves
 * in the memory what the second of them does. Nothing but r14, the seed, and the
 * memory goes into it.
 */
static int run_program(const char *const program[], uint32_t seed,
                       uint32_t *answer)
{
	static uint32_t before[VM_WORDS];
	uint32_t answers[2];
	void (*const engines[2])(void) = {vm_run_by_calls, vm_run_by_switch};
	if (!vm_assemble(program)) {
		return 0;
	}
	memcpy(before, vm_memory, sizeof before);
	for (int i = 0; i < 2; i++) {
		memcpy(vm_memory, before, sizeof before);
		memset(vm_registers, 0, sizeof vm_registers);
		vm_registers[14] = seed;
		engines[i]();
		answers[i] = vm_registers[15];
	}
	if (answers[0] != answers[1]) {
		fprintf(stderr, "cref: two engines, two answers: %lu and %lu\n",
		        (unsigned long)answers[0], (unsigned long)answers[1]);
		return 0;
	}
	*answer = answers[0];
	return 1;
}

int work(unsigned rounds)
{
	uint64_t random = 1;
	uint32_t sum = 0, primes = 0, sorted = 0, hashed = 0;
	scanner_init();
	for (unsigned i = 0; i < rounds; i++) {
		uint32_t seed = random_number(&random);
		if (!run_program(sieve_program, 0, &primes) ||
		    !run_program(sort_program, seed, &sorted) ||
		    !run_program(hash_program, seed, &hashed)) {
			return STATUS_FAILURE;
		}
		write_text(&random);
		scan(text, text_size);
		sum = mix(mix(mix(mix(sum, primes), sorted), hashed), scanner_sum);
	}
	uint32_t seen = 0;
	for (size_t i = 0; i < sizeof words_seen / sizeof words_seen[0]; i++) {
		seen += words_seen[i];
		sum = mix(sum, words_seen[i]);
	}
	output_line("rounds %u primes %lu words %lu checksum %08lx", rounds,
	            (unsigned long)primes, (unsigned long)seen,
	            (unsigned long)mix(sum, words_sum));
	return STATUS_WELL;
}
