// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/run_options.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/units.h"

#define MIB (1024ULL * 1024)
#define FIELD(f) offsetof(struct run_options, f)

static const struct option_spec specs[] = {
	{"kernel", 'k', OPTION_STRING, FIELD(kernel), 0, 0, "K",
	 "a bzImage, a vmlinux, or a name of 'memsoak-lab kernels' (default stock)"},
	{"initrd-modules", 0, OPTION_STRING, FIELD(modules), 0, 0, "DIR",
	 "the image's modules: INSTALL_MOD_PATH, with lib/modules/RELEASE in it"},
	{"nodes", 0, OPTION_NUMBER, FIELD(nodes), 1, RUN_MAX_NODES, "N", "NUMA nodes (default 2)"},
	{"mem", 0, OPTION_BYTES, FIELD(node_bytes), 0, 0, "M",
	 "memory of each node (default 1GiB)"},
	{"static-memory", 0, OPTION_FLAG, FIELD(static_memory), 0, 0, NULL,
	 "no DIMMs: for a kernel without ACPI_HOTPLUG_MEMORY (or movablecore= of your own)"},
	{"cpus", 0, OPTION_NUMBER, FIELD(cpus), 1, 255, "C",
	 "CPUs, spread over the nodes (default 2)"},
	{"cpuless-node", 0, OPTION_LIST, FIELD(cpuless), 0, 0, "K", "nodes that have memory only"},
	{"memoryless-node", 0, OPTION_LIST, FIELD(memoryless), 0, 0, "K",
	 "nodes that have CPUs only"},
	{"profile", 'p', OPTION_STRING, FIELD(profile), 0, 0, "P",
	 "the guest runs 'memsoak run --profile P --yes --out /share/run'"},
	{"script", 's', OPTION_STRING, FIELD(script), 0, 0, "FILE", "the guest runs this script"},
	{"share", 0, OPTION_STRING, FIELD(share), 0, 0, "DIR",
	 "the guest's /share, where results are left (default: a new folder in /tmp)"},
	{"file", 'f', OPTION_LIST, FIELD(files), 0, 0, "HOSTPATH[:GUESTPATH]",
	 "put into the guest with its libraries (default /usr/bin/NAME, /root/NAME for data)"},
	{"append", 0, OPTION_STRING, FIELD(append), 0, 0, "STR",
	 "added to the kernel command line"},
	{"timeout", 't', OPTION_DURATION, FIELD(timeout_ns), 0, 0, "T",
	 "the guest is killed after this time (default 15m)"},
	{"accel", 0, OPTION_STRING, FIELD(accel), 0, 0, "auto|kvm|tcg",
	 "auto (default): KVM where a guest really boots with it, else emulation"},
	{"console", 0, OPTION_STRING, FIELD(console), 0, 0, "FILE",
	 "where the kernel's console goes (default: console.log in the share)"},
	{"boot-image", 0, OPTION_FLAG, FIELD(as_image), 0, 0, NULL,
	 "let a bzImage unpack itself (and KASLR work), which is slower"},
	{"qemu-arg", 0, OPTION_LIST, FIELD(qemu_arguments), 0, 0, "ARG",
	 "passed to QEMU as it is, such as --qemu-arg=-device --qemu-arg=..."},
	{"quiet", 'q', OPTION_FLAG, FIELD(quiet), 0, 0, NULL,
	 "only the guest's output, and errors"},
};

static const struct option_command command = {
	.program = "memsoak-lab run",
	.usage = "(--profile P | --script FILE) [options] [-- ARG ...]",
	.summary = "Boots a throw-away machine, runs one command in it, ends with its exit code.\n"
		   "Words behind -- go to that command. Exit 3: the guest panicked, hung or died;\n"
		   "guest-end.json in the share says which.",
	.specs = specs,
	.n_specs = ARRAY_SIZE(specs),
};

/* Clears @flags of the nodes that @list names. */
static int without(const struct run_options *o, const struct option_list *list, const char *name,
		   bool *flags, struct err *e)
{
	for (size_t i = 0; i < list->n_items; i++) {
		uint64_t node;
		int r = units_parse_number(list->items[i], 0, o->nodes - 1, &node, e);

		if (r < 0) {
			(void)err_wrap(e, "--%s", name);
			return r;
		}
		flags[node] = false;
	}
	return 0;
}

static int check_nodes(struct run_options *o, struct err *e)
{
	uint64_t with_cpus = 0, with_memory = 0;
	int r;

	for (size_t i = 0; i < o->nodes; i++)
		o->has_cpus[i] = o->has_memory[i] = true;
	r = without(o, &o->cpuless, "cpuless-node", o->has_cpus, e);
	if (r == 0)
		r = without(o, &o->memoryless, "memoryless-node", o->has_memory, e);
	for (size_t i = 0; r == 0 && i < o->nodes; i++) {
		with_cpus += o->has_cpus[i];
		with_memory += o->has_memory[i];
		if (!o->has_cpus[i] && !o->has_memory[i])
			return err_set(e, -EINVAL,
				       "node %zu has neither CPUs nor memory: name it once", i);
	}
	if (r < 0)
		return r;
	if (with_cpus == 0 || with_memory == 0)
		return err_set(e, -EINVAL, "a machine needs a node with CPUs and one with memory");
	if (o->memoryless.n_items && o->cpus < with_cpus)
		return err_set(e, -EINVAL, "--memoryless-node needs --cpus of at least %llu",
			       (unsigned long long)with_cpus);
	return 0;
}

static int check(struct run_options *o, struct err *e)
{
	if (!o->profile == !o->script)
		return options_refuse(&command, e, "name one of --profile and --script");
	if (o->node_bytes < 128 * MIB || o->node_bytes % MIB)
		return err_set(e, -EINVAL, "--mem: at least 128MiB, and whole MiB");
	if (o->timeout_ns < NS_PER_S)
		return err_set(e, -EINVAL, "--timeout: at least 1s");
	if (strcmp(o->accel, "auto") != 0 && strcmp(o->accel, "kvm") != 0 &&
	    strcmp(o->accel, "tcg") != 0)
		return err_set(e, -EINVAL, "--accel %s: not one of auto, kvm, tcg", o->accel);
	return check_nodes(o, e);
}

void run_options_init(struct run_options *o)
{
	*o = (struct run_options){
		.kernel = "stock",
		.nodes = 2,
		.cpus = 2,
		.node_bytes = 1024 * MIB,
		.accel = "auto",
		.timeout_ns = 900 * NS_PER_S,
	};
	for (size_t i = 0; i < RUN_MAX_NODES; i++)
		o->has_cpus[i] = o->has_memory[i] = i < o->nodes;
}

int run_options_parse(struct run_options *o, int argc, char *const argv[], struct err *e)
{
	int r;

	run_options_init(o);
	r = options_parse(&command, argc, argv, o, &o->words, e);
	return r ? r : check(o, e);
}

void run_options_done(struct run_options *o)
{
	option_list_done(&o->cpuless);
	option_list_done(&o->memoryless);
	option_list_done(&o->files);
	option_list_done(&o->qemu_arguments);
	option_list_done(&o->words);
}
