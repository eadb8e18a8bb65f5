// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "observe/fingerprint.h"

/* What a reader of a report asks of a config; the rest is in /boot of the host. */
static const char *const config_names[] = {
	"COMPACTION", "DETECT_HUNG_TASK", "HARDLOCKUP_DETECTOR", "HIST_TRIGGERS", "HUGETLB_PAGE",
	"HZ", "KASAN", "KPROBE_EVENTS", "KSM", "LOCKDEP", "MEMORY_FAILURE", "MEMORY_HOTPLUG",
	"MEMORY_HOTREMOVE", "MIGRATION", "NUMA", "NUMA_BALANCING", "NR_CPUS", "PERF_EVENTS", "PREEMPT",
	"PREEMPT_DYNAMIC", "PREEMPT_NONE", "PREEMPT_VOLUNTARY", "SOFTLOCKUP_DETECTOR",
	"SPARSEMEM_VMEMMAP", "TRANSPARENT_HUGEPAGE",
};

static void set_file(struct jsonw *object, struct fsio *fs, const char *key, const char *path)
{
	char text[4096];

	if (fsio_read_text(fs, text, sizeof(text), "%s", path) > 0)
		jsonw_set_string(object, key, text);
}

static void set_cpu_model(struct jsonw *host, struct fsio *fs)
{
	cleanup_free char *text = NULL;
	char *line, *colon;

	if (fsio_read_all(fs, &text, NULL, "proc/cpuinfo") < 0)
		return;
	line = strstr(text, "model name");
	colon = line ? strchr(line, ':') : NULL;
	if (!colon)
		return;
	colon[strcspn(colon, "\n")] = '\0';
	jsonw_set_string(host, "cpu_model", colon[1] == ' ' ? colon + 2 : colon + 1);
}

struct jsonw *host_describe(struct fsio *fs)
{
	struct jsonw *host = jsonw_object();
	cleanup_free char *meminfo = NULL;
	unsigned long long kib;
	struct utsname name;

	if (uname(&name) == 0) {
		jsonw_set_string(host, "hostname", name.nodename);
		jsonw_set_string(host, "architecture", name.machine);
	}
	jsonw_set_int(host, "cpus", sysconf(_SC_NPROCESSORS_ONLN));
	set_cpu_model(host, fs);
	if (fsio_read_all(fs, &meminfo, NULL, "proc/meminfo") == 0 &&
	    sscanf(meminfo, "MemTotal: %llu kB", &kib) == 1)
		jsonw_set_uint(host, "memory_bytes", kib * 1024);
	jsonw_set_int(host, "page_size_bytes", sysconf(_SC_PAGESIZE));
	set_file(host, fs, "boot_id", "proc/sys/kernel/random/boot_id");
	return host;
}

static struct jsonw *read_config(struct fsio *fs, const char *release)
{
	cleanup_free char *path = memory_format("boot/config-%s", release);
	cleanup_free char *text = NULL;
	struct jsonw *config;

	if (fsio_read_all(fs, &text, NULL, path) < 0)
		return NULL;
	config = jsonw_object();
	for (size_t i = 0; i < ARRAY_SIZE(config_names); i++) {
		cleanup_free char *key = memory_format("\nCONFIG_%s=", config_names[i]);
		const char *at = strstr(text, key);

		if (at) {
			at += strlen(key);
			jsonw_set(config, config_names[i], jsonw_string_of(at, strcspn(at, "\n")));
		} else {
			jsonw_set_string(config, config_names[i], "n");
		}
	}
	return config;
}

struct jsonw *kernel_describe(struct fsio *fs)
{
	struct jsonw *kernel = jsonw_object();
	struct utsname name;

	if (uname(&name) == 0) {
		jsonw_set_string(kernel, "release", name.release);
		jsonw_set_string(kernel, "version", name.version);
		jsonw_set(kernel, "config", read_config(fs, name.release));
	}
	set_file(kernel, fs, "cmdline", "proc/cmdline");
	jsonw_set_uint(kernel, "taint_before", host_taint(fs));
	jsonw_set(kernel, "fingerprint", fingerprint_describe(NULL));
	return kernel;
}

uint64_t host_taint(struct fsio *fs)
{
	uint64_t taint;

	return fsio_read_u64(fs, &taint, 10, "proc/sys/kernel/tainted") < 0 ? 0 : taint;
}

const char *host_virtualisation(struct fsio *fs)
{
#if defined(__x86_64__)
	static const struct {
		const char *vendor, *name;
	} vendors[] = {
		{"TCGTCGTCGTCG", "tcg"},      {"KVMKVMKVM", "kvm"},  {"Linux KVM Hv", "kvm"},
		{"XenVMMXenVMM", "xen"},      {"Microsoft Hv", "hyperv"},
		{"VMwareVMware", "vmware"},
	};
	unsigned int eax, ebx, ecx, edx;
	char vendor[13] = "";

	(void)fs;
	if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & (1u << 31)))
		return "none"; /* the "hypervisor present" bit */
	__cpuid(0x40000000, eax, ebx, ecx, edx);
	memcpy(vendor, &ebx, 4);
	memcpy(vendor + 4, &ecx, 4);
	memcpy(vendor + 8, &edx, 4);
	for (size_t i = 0; i < ARRAY_SIZE(vendors); i++)
		if (strcmp(vendor, vendors[i].vendor) == 0)
			return vendors[i].name;
	return "other";
#else
	char type[64];

	if (fsio_read_text(fs, type, sizeof(type), "sys/hypervisor/type") > 0)
		return strcmp(type, "xen") == 0 ? "xen" : "other";
	/* QEMU's device tree says so, under KVM and TCG alike: it cannot be told apart here. */
	if (fsio_read_text(fs, type, sizeof(type), "proc/device-tree/hypervisor/compatible") > 0)
		return strncmp(type, "linux,kvm", 9) == 0 ? "kvm" : "other";
	return "none";
#endif
}
