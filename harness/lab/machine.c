// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/machine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"
#include "lab/kernel.h"
#include "lab/run_options.h"

#define MIB (1024ULL * 1024)
#define BLOCK_BYTES (128 * MIB) /* of a memory block on x86 machines of this size */

static const char qemu_name[] = "qemu-system-x86_64";

char *machine_qemu(struct err *e)
{
	const char *path = getenv("PATH");

	for (path = path ? path : "/usr/bin"; *path;) {
		size_t n = strcspn(path, ":");
		cleanup_free char *file = memory_format("%.*s/%s", (int)n, path, qemu_name);

		if (n && access(file, X_OK) == 0)
			return steal_ptr(&file);
		path += n + (path[n] == ':');
	}
	(void)err_set(e, -ENOENT, "%s is not installed: apt install qemu-system-x86",
		      qemu_name);
	return NULL;
}

void machine_accel(struct arguments *a, const char *accel)
{
	int tcg = strcmp(accel, "tcg") == 0;

	arguments_add(a, "-accel");
	arguments_add(a, "%s", tcg ? "tcg,thread=multi" : accel);
	arguments_add(a, "-cpu");
	arguments_add(a, "max");
}

static uint64_t memory_nodes(const struct run_options *o)
{
	uint64_t n = 0;

	for (size_t i = 0; i < o->nodes; i++)
		n += o->has_memory[i];
	return n;
}

/*
 * How much of each node is movable: five eighths in whole blocks, but half a GiB of the machine
 * stays for the kernel. It is plugged in as a DIMM, so that no early allocation of the kernel
 * lies in it and every block of it can go offline. (QEMU marks no other memory hot-pluggable, so
 * that "movable_node" alone makes no zone Movable; with "movablecore=" the kernel's memory map
 * lies in the last Movable block of each node, which then answers EBUSY for ever.)
 */
static uint64_t movable_bytes(const struct run_options *o)
{
	uint64_t movable = o->node_bytes / 8 * 5 / BLOCK_BYTES * BLOCK_BYTES;

	while (movable && (o->node_bytes - movable) * memory_nodes(o) < 512 * MIB)
		movable -= BLOCK_BYTES;
	return movable;
}

static uint64_t dimm_bytes(const struct run_options *o)
{
	return o->static_memory ? 0 : movable_bytes(o);
}

/*
 * The first part of node 0 lies below 4 GiB and all the rest above. Were a small machine all
 * below, its only zones beside Movable would be DMA and DMA32, with a hole of firmware tables in
 * the last block.
 */
static uint64_t low_bytes(const struct run_options *o)
{
	uint64_t fixed = o->node_bytes - dimm_bytes(o);
	uint64_t low = fixed / 2 / BLOCK_BYTES * BLOCK_BYTES;

	if (low < 2 * BLOCK_BYTES)
		low = 2 * BLOCK_BYTES;
	if (low > 1024 * MIB)
		low = 1024 * MIB;
	return low < fixed * memory_nodes(o) ? low : 0;
}

static void add_backend(struct arguments *a, const char *kind, size_t node, uint64_t bytes)
{
	arguments_add(a, "-object");
	arguments_add(a, "memory-backend-ram,id=%s%zu,size=%lluM", kind, node,
		      (unsigned long long)(bytes / MIB));
}

static void add_memory(struct arguments *a, const struct run_options *o)
{
	uint64_t dimm = dimm_bytes(o), fixed = o->node_bytes - dimm, n = memory_nodes(o);

	arguments_add(a, "-m");
	if (dimm)
		arguments_add(a, "%lluM,slots=%llu,maxmem=%lluM",
			      (unsigned long long)(fixed * n / MIB), (unsigned long long)n,
			      (unsigned long long)(o->node_bytes * n / MIB));
	else
		arguments_add(a, "%lluM", (unsigned long long)(fixed * n / MIB));
	for (size_t i = 0; i < o->nodes; i++) {
		if (!o->has_memory[i])
			continue;
		add_backend(a, "mem", i, fixed);
		if (!dimm)
			continue;
		add_backend(a, "dimm", i, dimm);
		arguments_add(a, "-device");
		arguments_add(a, "pc-dimm,memdev=dimm%zu,node=%zu", i, i);
	}
}

/* CPU c of C lies in the (c * n / C)th of the n nodes with CPUs: neighbours stay together. */
static void add_nodes(struct arguments *a, const struct run_options *o)
{
	size_t with_cpus = 0, rank = 0;

	arguments_add(a, "-smp");
	arguments_add(a, "cpus=%llu,sockets=%llu,cores=1,threads=1", (unsigned long long)o->cpus,
		      (unsigned long long)o->cpus);
	for (size_t i = 0; i < o->nodes; i++)
		with_cpus += o->has_cpus[i];
	for (size_t i = 0; i < o->nodes; i++) {
		cleanup_free char *text =
			o->has_memory[i] ? memory_format("node,nodeid=%zu,memdev=mem%zu", i, i)
					 : memory_format("node,nodeid=%zu", i);

		for (uint64_t c = 0; o->has_cpus[i] && c < o->cpus; c++) {
			cleanup_free char *shorter = NULL;

			if (c * with_cpus / o->cpus != rank)
				continue;
			shorter = text;
			text = memory_format("%s,cpus=%llu", shorter, (unsigned long long)c);
		}
		rank += o->has_cpus[i];
		arguments_add(a, "-numa");
		arguments_add(a, "%s", text);
	}
}

/*
 * A serial line whose other end is the descriptor @fd of ours, a pipe. append: QEMU would
 * truncate it otherwise, which a pipe refuses.
 */
static void add_serial(struct arguments *a, const char *id, int set, int fd)
{
	arguments_add(a, "-add-fd");
	arguments_add(a, "fd=%d,set=%d", fd, set);
	arguments_add(a, "-chardev");
	arguments_add(a, "file,id=%s,path=/dev/fdset/%d,append=on", id, set);
	arguments_add(a, "-serial");
	arguments_add(a, "chardev:%s", id);
}

/* A comma in the folder's name would end it; QEMU wants it doubled. */
static void add_share(struct arguments *a, const char *share)
{
	char *escaped = memory_alloc(strlen(share) * 2 + 1, 1), *to = escaped;

	for (; *share; share++) {
		*to++ = *share;
		if (*share == ',')
			*to++ = ',';
	}
	*to = '\0';
	arguments_add(a, "-fsdev");
	arguments_add(a, "local,id=share,path=%s,security_model=none,multidevs=remap", escaped);
	arguments_add(a, "-device");
	arguments_add(a, "virtio-9p-pci,fsdev=share,mount_tag=share");
	free(escaped);
}

/* Which zones the memory is put into; what --append says comes later and wins. */
static char *zones(const struct run_options *o)
{
	uint64_t movable = movable_bytes(o) * memory_nodes(o);

	if (!o->static_memory)
		return memory_string("movable_node memhp_default_state=online_movable");
	if (!movable ||
	    (o->append && (strstr(o->append, "movable_node") || strstr(o->append, "movablecore=") ||
			   strstr(o->append, "kernelcore="))))
		return memory_string("");
	return memory_format("movablecore=%lluM", (unsigned long long)(movable / MIB));
}

/*
 * quiet: every line on the console costs. panic=-1 with -no-reboot: a panic ends QEMU.
 * tsc=reliable: the emulator's counters are the host's, but the kernel's check does not believe
 * it and falls back to the HPET, whose every reading is a trap. no_timer_check: the kernel waits ten
 * ticks for the first of the timer's interrupts, and panics when a busy host has brought none
 * (arch/x86/kernel/apic/io_apic.c: timer_irq_works()).
 */
static void add_command_line(struct arguments *a, const struct machine *m)
{
	cleanup_free char *zone = zones(m->options);

	arguments_add(a, "-append");
	arguments_add(a, "console=ttyS0 quiet panic=-1 cryptomgr.notests%s %s %s",
		      strcmp(m->accel, "tcg") == 0 ? " tsc=reliable no_timer_check" : "", zone,
		      m->options->append ? m->options->append : "");
}

void machine_arguments(const struct machine *m, const char *qemu, struct arguments *a)
{
	const struct run_options *o = m->options;
	uint64_t low = low_bytes(o);

	arguments_add(a, "%s", qemu);
	arguments_add(a, "-nodefaults");
	arguments_add(a, "-no-reboot");
	arguments_add(a, "-display");
	arguments_add(a, "none");
	arguments_add(a, "-machine");
	if (low)
		arguments_add(a, "pc,max-ram-below-4g=%llu", (unsigned long long)low);
	else
		arguments_add(a, "pc");
	machine_accel(a, m->accel);
	add_memory(a, o);
	add_nodes(a, o);
	add_serial(a, "console", 1, m->console_fd);
	add_serial(a, "out", 2, m->out_fd);
	add_share(a, m->share);
	arguments_add(a, "-kernel");
	arguments_add(a, "%s", m->kernel->image);
	arguments_add(a, "-initrd");
	arguments_add(a, "/proc/self/fd/%d", m->initrd_fd);
	add_command_line(a, m);
	for (size_t i = 0; i < o->qemu_arguments.n_items; i++)
		arguments_add(a, "%s", o->qemu_arguments.items[i]);
}
