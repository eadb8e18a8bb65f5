// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "observe/cpu_list.h"
#include "observe/fingerprint.h"

/* What a reader of a report asks of a config; the rest is in /boot of the host. */
static const char *const config_names[] = {
	"COMPACTION",
	"DETECT_HUNG_TASK",
	"HARDLOCKUP_DETECTOR",
	"HIST_TRIGGERS",
	"HUGETLB_PAGE",
	"HZ",
	"KASAN",
	"KPROBE_EVENTS",
	"KSM",
	"MEMORY_FAILURE",
	"MEMORY_HOTPLUG",
	"MEMORY_HOTREMOVE",
	"MIGRATION",
	"NUMA",
	"NUMA_BALANCING",
	"NR_CPUS",
	"PERF_EVENTS",
	"PREEMPT",
	"PREEMPT_DYNAMIC",
	"PREEMPT_LAZY",
	"PREEMPT_NONE",
	"PREEMPT_VOLUNTARY",
	"PROVE_LOCKING",
	"SOFTLOCKUP_DETECTOR",
	"SPARSEMEM_VMEMMAP",
	"TRANSPARENT_HUGEPAGE",
};

/* "boot/config-%s": Debian and others; "lib/modules/%s/config": Fedora. */
static const char *const config_places[][2] = {{"boot/config-", ""}, {"lib/modules/", "/config"}};

static void set_file(struct jsonw *object, struct fsio *fs, const char *key, const char *path)
{
	char text[4096];

	if (fsio_read_text(fs, text, sizeof(text), "%s", path) > 0)
		jsonw_set_string(object, key, text);
}

/* "model name\t: AMD EPYC" of x86, "cpu\t\t: POWER9" of powerpc: other architectures tell numbers
 * only. */
static void set_cpu_model(struct jsonw *host, struct fsio *fs)
{
	static const char *const names[] = {"model name", "cpu"};
	cleanup_free char *text = NULL;
	char *save = NULL;

	if (fsio_read_all(fs, &text, NULL, "proc/cpuinfo") < 0)
		return;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
			const char *at = line + strlen(names[i]);

			if (strncmp(line, names[i], strlen(names[i])) != 0)
				continue;
			at += strspn(at, "\t ");
			if (*at++ != ':')
				continue;
			jsonw_set_string(host, "cpu_model", at + strspn(at, " "));
			return;
		}
	}
}

static void set_cpus(struct jsonw *host, struct fsio *fs)
{
	struct cpu_list list;

	if (cpu_list_read_online(fs, &list))
		jsonw_set_uint(host, "cpus", cpu_list_count(&list));
}

static void set_memory(struct jsonw *host, struct fsio *fs)
{
	cleanup_free char *text = NULL;
	unsigned long long kib;

	if (fsio_read_all(fs, &text, NULL, "proc/meminfo") == 0 &&
	    sscanf(text, "MemTotal: %llu kB", &kib) == 1)
		jsonw_set_uint(host, "memory_bytes", kib * 1024);
}

struct jsonw *host_describe(struct fsio *fs)
{
	struct jsonw *host = jsonw_object();
	struct utsname name;

	set_file(host, fs, "hostname", "proc/sys/kernel/hostname");
	/* Not in /proc before 6.1, and the page size nowhere there: only of this machine. */
	if (fs->is_real_root && uname(&name) == 0)
		jsonw_set_string(host, "architecture", name.machine);
	else
		set_file(host, fs, "architecture", "proc/sys/kernel/arch");
	set_cpus(host, fs);
	set_cpu_model(host, fs);
	set_memory(host, fs);
	if (fs->is_real_root)
		jsonw_set_int(host, "page_size_bytes", sysconf(_SC_PAGESIZE));
	set_file(host, fs, "boot_id", "proc/sys/kernel/random/boot_id");
	return host;
}

static void set_option(struct jsonw *config, const char *text, const char *name)
{
	cleanup_free char *key = memory_format("CONFIG_%s=", name);
	size_t length = strlen(key);

	for (const char *at = strstr(text, key); at; at = strstr(at + length, key)) {
		if (at != text && at[-1] != '\n')
			continue;
		at += length;
		jsonw_set(config, name, jsonw_string_of(at, strcspn(at, "\n")));
		return;
	}
	jsonw_set_string(config, name, "n");
}

static struct jsonw *read_config(struct fsio *fs, const char *release)
{
	cleanup_free char *text = NULL;
	struct jsonw *config;

	for (size_t i = 0; i < ARRAY_SIZE(config_places) && !text; i++) {
		cleanup_free char *path =
			memory_format("%s%s%s", config_places[i][0], release, config_places[i][1]);

		(void)fsio_read_all(fs, &text, NULL, path);
	}
	if (!text)
		return NULL;
	config = jsonw_object();
	for (size_t i = 0; i < ARRAY_SIZE(config_names); i++)
		set_option(config, text, config_names[i]);
	return config;
}

struct jsonw *kernel_describe(struct fsio *fs)
{
	struct jsonw *kernel = jsonw_object();
	uint64_t taint;
	char release[256];

	if (fsio_read_text(fs, release, sizeof(release), "proc/sys/kernel/osrelease") > 0) {
		jsonw_set_string(kernel, "release", release);
		jsonw_set(kernel, "config", read_config(fs, release));
	}
	set_file(kernel, fs, "version", "proc/sys/kernel/version");
	set_file(kernel, fs, "cmdline", "proc/cmdline");
	if (host_read_taint(fs, &taint))
		jsonw_set_uint(kernel, "taint_before", taint);
	jsonw_set(kernel, "fingerprint", fingerprint_describe(fs->root_fd, "proc/kallsyms"));
	return kernel;
}

bool host_read_taint(struct fsio *fs, uint64_t *ret_taint)
{
	return fsio_read_u64(fs, ret_taint, 10, "proc/sys/kernel/tainted") == 0;
}

uint64_t host_taint(struct fsio *fs)
{
	uint64_t taint = 0;

	return host_read_taint(fs, &taint) ? taint : 0;
}

const char *host_lockdown(struct fsio *fs)
{
	static const char *const modes[] = {"none", "integrity", "confidentiality"};
	char text[128];

	/* "none [integrity] confidentiality" */
	if (fsio_read_text(fs, text, sizeof(text), "sys/kernel/security/lockdown") <= 0)
		return "";
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		const char *at = strstr(text, modes[i]);

		if (at && at > text && at[-1] == '[' && at[strlen(modes[i])] == ']')
			return modes[i];
	}
	return "";
}
