/* Runs the machine by a table of function pointers. */
#include "cref.h"

static void (*const table[])(const struct vm_instruction *i) = {
#define VM_ROW(name, mnemonic, operands, action) vm_do_##name,
	VM_OPS(VM_ROW)
#undef VM_ROW
};

void vm_run_by_calls(void)
{
	vm_at = 0;
	vm_running = 1;
	while (vm_running) {
		const struct vm_instruction *i = &vm_code[vm_at++];
		table[i->op](i);
	}
}
