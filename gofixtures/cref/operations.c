/* What the machine's operations do, each a function that is called by pointer. */
#include "cref.h"

uint32_t vm_memory[VM_WORDS];
uint32_t vm_registers[VM_REGISTERS];
uint32_t vm_at;
int vm_running;

#define VM_DEFINE(name, mnemonic, operands, action)    \
	void vm_do_##name(const struct vm_instruction *i) \
	{                                                  \
		(void)i;                                       \
		action;                                        \
	}
VM_OPS(VM_DEFINE)
