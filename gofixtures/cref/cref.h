/* What the files of cref share; cref.c says what the program is. */
#ifndef CREF_H
#define CREF_H

#include <stddef.h>
#include <stdint.h>

/* The exit status, as --help tells it. */
enum { STATUS_WELL = 0, STATUS_FAILURE = 1, STATUS_USAGE = 2 };

/*
 * output.c: stdout, written when 8 KiB are full and at the end. After an error
 * there is no more output; output_flush says whether all was written, and
 * tells stderr what was not.
 */
void output(const char *bytes, size_t size);
void output_text(const char *text);
void output_line(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
int output_flush(void);

/* addresses.c */
int print_addresses(void);
int print_map(void);
int print_relocations(void);

/* work.c */
enum { MOST_ROUNDS = 1000000 };
int work(unsigned rounds);

/*
 * The machine: 16 registers and a memory of words, all global, as C programs
 * of its age have it. Numbers are modulo 2^32, addresses modulo VM_WORDS.
 *
 * VM_OPS has a line for each operation: name, mnemonic, operands (r is a
 * register, i a number, l a label), and what it does with the instruction i.
 */
enum { VM_REGISTERS = 16, VM_WORDS = 65536, VM_MOST_CODE = 64 };

struct vm_instruction {
	uint8_t op, r[3];
	uint32_t i;
};

extern uint32_t vm_memory[VM_WORDS];
extern uint32_t vm_registers[VM_REGISTERS];
extern struct vm_instruction vm_code[VM_MOST_CODE];
extern uint32_t vm_at; /* the next instruction */
extern int vm_running;

#define VM_R(n) vm_registers[i->r[n]]
#define VM_M vm_memory[(VM_R(1) + i->i) % VM_WORDS]
#define VM_OPS(OP)                                              \
	OP(halt, "halt", "", vm_running = 0)                        \
	OP(set, "set", "ri", VM_R(0) = i->i)                        \
	OP(move, "move", "rr", VM_R(0) = VM_R(1))                   \
	OP(add, "add", "rrr", VM_R(0) = VM_R(1) + VM_R(2))          \
	OP(addi, "addi", "rri", VM_R(0) = VM_R(1) + i->i)           \
	OP(sub, "sub", "rrr", VM_R(0) = VM_R(1) - VM_R(2))          \
	OP(mul, "mul", "rrr", VM_R(0) = VM_R(1) * VM_R(2))          \
	OP(xor, "xor", "rrr", VM_R(0) = VM_R(1) ^ VM_R(2))          \
	OP(shl, "shl", "rri", VM_R(0) = VM_R(1) << (i->i & 31))     \
	OP(shr, "shr", "rri", VM_R(0) = VM_R(1) >> (i->i & 31))     \
	OP(load, "load", "rri", VM_R(0) = VM_M)                     \
	OP(store, "store", "rri", VM_M = VM_R(0))                   \
	OP(jump, "jump", "l", vm_at = i->i)                         \
	OP(jeq, "jeq", "rrl", if (VM_R(0) == VM_R(1)) vm_at = i->i) \
	OP(jne, "jne", "rrl", if (VM_R(0) != VM_R(1)) vm_at = i->i) \
	OP(jlt, "jlt", "rrl", if (VM_R(0) < VM_R(1)) vm_at = i->i)  \
	OP(jge, "jge", "rrl", if (VM_R(0) >= VM_R(1)) vm_at = i->i)

enum vm_op {
#define VM_ENUM(name, mnemonic, operands, action) VM_##name,
	VM_OPS(VM_ENUM)
#undef VM_ENUM
	VM_OP_COUNT
};

/* programs.c: each ends with a null pointer, and its answer is in r15. */
extern const char *const sieve_program[];
extern const char *const sort_program[];
extern const char *const hash_program[];

/* assembler.c: puts a program into vm_code; 0 if it is none, told on stderr. */
int vm_assemble(const char *const lines[]);

/* The two ways of running what is in vm_code, from its first instruction. */
void vm_run_by_calls(void);  /* calls.c: an indirect call for each instruction */
void vm_run_by_switch(void); /* switch.c: an indirect jump for each */

/* operations.c: the functions that calls.c calls. */
#define VM_DECLARE(name, mnemonic, operands, action) \
	void vm_do_##name(const struct vm_instruction *i);
VM_OPS(VM_DECLARE)
#undef VM_DECLARE

/*
 * words.c: a table of words, each with its text and with a function that is
 * called when the scanner comes upon it: two pointers that a PIE has to have
 * relocated.
 */
struct word {
	const char *text;
	void (*seen)(const struct word *word);
};

extern const struct word words[];
extern const size_t word_count;
extern uint32_t words_seen[5]; /* by kind */
extern uint32_t words_sum;

/* handlers.c: the functions in that table. */
void seen_keyword(const struct word *word);
void seen_input_output(const struct word *word);
void seen_string(const struct word *word);
void seen_process(const struct word *word);
void seen_arithmetic(const struct word *word);

/* scanner.c: a table-driven scanner of C-like text. */
void scanner_init(void);
void scan(const char *text, size_t size);
extern uint32_t scanner_sum; /* of all that was scanned */

/* mix goes on from a checksum. */
static inline uint32_t mix(uint32_t sum, uint32_t value)
{
	sum = (sum ^ value) * 2654435761u;
	return sum ^ sum >> 15;
}

#endif
