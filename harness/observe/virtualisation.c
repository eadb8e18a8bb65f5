// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What this machine runs on. It matters because verdicts treat software emulation apart: a guest
 * that is emulated is slow enough to make its own lockups.
 */
#include <string.h>
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#include "base/cleanup.h"
#include "base/fsio.h"
#include "observe/host.h"

struct name {
	const char *text, *name;
};

static const char *find(const struct name *table, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(text, table[i].text, strlen(table[i].text)) == 0)
			return table[i].name;
	return NULL;
}

#if defined(__x86_64__) || defined(__i386__)
static const struct name vendors[] = {
	{"TCGTCGTCGTCG", "tcg"}, {"KVMKVMKVM", "kvm"},	     {"Linux KVM Hv", "kvm"},
	{"XenVMMXenVMM", "xen"}, {"VMwareVMware", "vmware"}, {"Microsoft Hv", "hyperv"},
};

static const char *ask_cpu(void)
{
	/* KVM and Xen that imitate Hyper-V at the first leaf say who they are at the second. */
	static const unsigned int leaves[] = {0x40000000, 0x40000100};
	unsigned int eax, ebx, ecx, edx;
	const char *result = "other";

	if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & (1u << 31)))
		return "none"; /* the bit "a hypervisor is present" */
	for (size_t i = 0; i < ARRAY_SIZE(leaves); i++) {
		char vendor[13] = "";
		const char *known;

		__cpuid(leaves[i], eax, ebx, ecx, edx);
		memcpy(vendor, &ebx, 4);
		memcpy(vendor + 4, &ecx, 4);
		memcpy(vendor + 8, &edx, 4);
		known = find(vendors, ARRAY_SIZE(vendors), vendor);
		if (known)
			result = known;
		if (strcmp(result, "hyperv") != 0)
			break;
	}
	return result;
}
#else
static const char *ask_cpu(void)
{
	return NULL;
}
#endif

/* Of a captured tree, and of machines without cpuid. */
static const char *ask_files(struct fsio *fs)
{
	static const struct {
		const char *path;
		struct name names[4];
	} files[] = {
		{"sys/hypervisor/type", {{"xen", "xen"}}},
		/* QEMU names the emulated processor after itself, and of KVM it passes on the
		   host's. */
		{"proc/device-tree/hypervisor/compatible", {{"linux,kvm", "kvm"}, {"xen", "xen"}}},
		{"sys/class/dmi/id/sys_vendor",
		 {{"QEMU", "other"}, /* KVM or TCG: cannot be told here */
		  {"VMware", "vmware"},
		  {"Xen", "xen"}}},
	};
	char text[256];

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		const char *name;

		if (fsio_read_text(fs, text, sizeof(text), "%s", files[i].path) <= 0)
			continue;
		for (size_t n = 0; n < ARRAY_SIZE(files[i].names) && files[i].names[n].text; n++) {
			name = find(&files[i].names[n], 1, text);
			if (name)
				return name;
		}
	}
	return "none";
}

const char *host_virtualisation(struct fsio *fs)
{
	const char *cpu = fs->is_real_root ? ask_cpu() : NULL;
	cleanup_free char *cpuinfo = NULL;

	if (cpu)
		return cpu;
	/* QEMU's own processor models; with KVM the guest sees another name. */
	if (fsio_read_all(fs, &cpuinfo, NULL, "proc/cpuinfo") == 0 &&
	    strstr(cpuinfo, "QEMU TCG CPU"))
		return "tcg";
	return ask_files(fs);
}
