/* Ends with 0 where the kernel says that rights were raised at this start, else with 1. Source: getauxval(3). */
#include <sys/auxv.h>

int main(void)
{
    return getauxval(AT_SECURE) ? 0 : 1;
}
