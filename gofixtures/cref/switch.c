/* Runs the machine by a switch, of which compilers make a jump table. */
#include "cref.h"

void vm_run_by_switch(void)
{
	vm_at = 0;
	vm_running = 1;
	while (vm_running) {
		const struct vm_instruction *i = &vm_code[vm_at++];
		switch ((enum vm_op)i->op) {
#define VM_CASE(name, mnemonic, operands, action) \
	case VM_##name:                               \
		action;                                   \
		break;
			VM_OPS(VM_CASE)
#undef VM_CASE
		case VM_OP_COUNT:
			break;
		}
	}
}
