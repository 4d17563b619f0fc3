/* A shared object that leaves a mark where it is loaded: its constructor adds the path of the program that it is in
   to the file that GOPIE_MARK names. With INTERPOSE it also takes the place of the C library's write(2), swallows
   what is meant for standard output, and says so in the mark: as a preloaded object by having the name, as an auditor
   by redirecting those who look for it. Sources: rtld-audit(7), proc(5). */
#define _GNU_SOURCE
#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void mark(const char *what)
{
    const char *place = getenv("GOPIE_MARK");
    char program[4096];
    ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
    if (!place || size < 0)
        return;
    program[size] = 0;
    int file = open(place, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file < 0)
        return;
    dprintf(file, "%s %s\n", what, program);
    close(file);
}

__attribute__((constructor)) static void loaded(void)
{
    mark("loaded");
}

/* Without it the loader takes nothing for an auditor. */
unsigned int la_version(unsigned int version)
{
    return version;
}

#ifdef INTERPOSE
ssize_t write(int file, const void *bytes, size_t size)
{
    static int told;
    if (file != 1)
        return syscall(SYS_write, file, bytes, size);
    if (!told) {
        told = 1;
        mark("write");
    }
    return size;
}

/* LA_FLG_BINDTO | LA_FLG_BINDFROM: all bindings are told. */
unsigned int la_objopen(void *map, long list, uintptr_t *cookie)
{
    return 3;
}

uintptr_t la_symbind64(Elf64_Sym *symbol, unsigned int index, uintptr_t *from, uintptr_t *to, unsigned int *flags,
                       const char *name)
{
    return strcmp(name, "write") == 0 ? (uintptr_t)write : symbol->st_value;
}
#endif
