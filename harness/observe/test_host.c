// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/test_tree.h"
#include "observe/host.h"
#include "observe/test_observe.h"

static void host_of_a_tree(void **state)
{
	struct test_tree tree;
	struct jsonw *host;

	(void)state;
	test_tree_init(&tree);
	host = host_describe(&tree.fs);
	assert_string_equal(jsonw_text(host, NULL), "{}"); /* nothing known, nothing said */
	jsonw_free(host);
	test_tree_file(&tree, "proc/sys/kernel/hostname", "testbed\n");
	test_tree_file(&tree, "proc/sys/kernel/arch", "aarch64\n");
	test_tree_file(&tree, "proc/sys/kernel/random/boot_id", "0b1c\n");
	test_tree_file(&tree, "proc/meminfo", "MemTotal:       16384 kB\nMemFree: 1 kB\n");
	test_tree_file(&tree, "proc/cpuinfo",
		       "processor\t: 0\ncpu family\t: 23\ncpu MHz\t\t: 2200\nmodel name\t: AMD "
		       "\xff EPYC\n");
	test_tree_file(&tree, "sys/devices/system/cpu/online", "0-2,4\n");
	host = host_describe(&tree.fs);
	assert_string_equal(jsonw_get_string(host, "hostname"), "testbed");
	assert_string_equal(jsonw_get_string(host, "architecture"), "aarch64");
	assert_string_equal(jsonw_get_string(host, "boot_id"), "0b1c");
	assert_int_equal(jsonw_get_uint(host, "memory_bytes"), 16384 * 1024);
	assert_int_equal(jsonw_get_uint(host, "cpus"), 4);
	assert_string_equal(jsonw_get_string(host, "cpu_model"), "AMD \xef\xbf\xbd EPYC");
	assert_false(jsonw_has(host, "page_size_bytes")); /* this machine's is not that one's */
	jsonw_free(host);
	test_tree_file(&tree, "proc/cpuinfo",
		       "processor\t: 0\ncpu\t\t: POWER9 (raw), altivec supported\n");
	host = host_describe(&tree.fs);
	assert_string_equal(jsonw_get_string(host, "cpu_model"), "POWER9 (raw), altivec supported");
	jsonw_free(host);
	test_tree_done(&tree);
}

static void host_of_this_machine(void **state)
{
	struct jsonw *host;
	struct fsio fs;

	(void)state;
	assert_int_equal(fsio_open(&fs, NULL, NULL), 0);
	host = host_describe(&fs);
	assert_int_equal(jsonw_get_uint(host, "page_size_bytes"), sysconf(_SC_PAGESIZE));
	assert_int_equal(jsonw_get_uint(host, "cpus"), sysconf(_SC_NPROCESSORS_ONLN));
	assert_true(jsonw_get_uint(host, "memory_bytes") > 1 << 20);
	assert_true(strlen(jsonw_get_string(host, "architecture")) > 0);
	jsonw_free(host);
	fsio_close(&fs);
}

static void kernel_of_a_tree(void **state)
{
	static const char *const config =
		"CONFIG_HZ=250\n# CONFIG_KASAN is not set\nXCONFIG_KSM=y\nCONFIG_KSM_X=y\n"
		"CONFIG_MIGRATION=y\nCONFIG_NR_CPUS=8192";
	static const char *const places[] = {"boot/config-6.1.0-test",
					     "lib/modules/6.1.0-test/config"};
	struct jsonw *kernel, *options;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		struct test_tree tree;

		test_tree_init(&tree);
		test_tree_file(&tree, "proc/sys/kernel/osrelease", "6.1.0-test\n");
		test_tree_file(&tree, "proc/sys/kernel/version", "#1 SMP\n");
		kernel = kernel_describe(&tree.fs);
		assert_false(jsonw_has(kernel, "config"));
		assert_false(jsonw_has(kernel, "taint_before"));
		jsonw_free(kernel);
		test_tree_file(&tree, "proc/cmdline", "quiet splash\n");
		test_tree_file(&tree, "proc/sys/kernel/tainted", "16896\n");
		test_tree_file(&tree, "proc/kallsyms",
			       "0 T _stext\n0 T migration_entry_wait_on_locked\n"
			       "0 T handle_mm_fault\n0 T schedule\n0 T start_kernel\n");
		test_tree_file(&tree, places[i], config);
		kernel = kernel_describe(&tree.fs);
		assert_string_equal(jsonw_get_string(kernel, "release"), "6.1.0-test");
		assert_string_equal(jsonw_get_string(kernel, "version"), "#1 SMP");
		assert_string_equal(jsonw_get_string(kernel, "cmdline"), "quiet splash");
		assert_int_equal(jsonw_get_uint(kernel, "taint_before"), 16896);
		assert_string_equal(
			jsonw_get_string(jsonw_get(kernel, "fingerprint"), "generation"), "C");
		options = jsonw_get(kernel, "config");
		assert_string_equal(jsonw_get_string(options, "HZ"), "250");
		assert_string_equal(jsonw_get_string(options, "KASAN"), "n");
		assert_string_equal(jsonw_get_string(options, "KSM"), "n");
		assert_string_equal(jsonw_get_string(options, "MIGRATION"), "y");
		assert_string_equal(jsonw_get_string(options, "NR_CPUS"), "8192");
		jsonw_free(kernel);
		test_tree_done(&tree);
	}
}

static void lockdown_modes(void **state)
{
	static const struct {
		const char *text, *mode;
	} table[] = {
		{"[none] integrity confidentiality\n", "none"},
		{"none [integrity] confidentiality\n", "integrity"},
		{"none integrity [confidentiality]\n", "confidentiality"},
		{"none integrity confidentiality\n", ""},
		{"none integrity] confidentiality\n", ""},
		{"", ""},
	};
	struct test_tree tree;

	(void)state;
	test_tree_init(&tree);
	assert_string_equal(host_lockdown(&tree.fs), "");
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		test_tree_file(&tree, "sys/kernel/security/lockdown", table[i].text);
		assert_string_equal(host_lockdown(&tree.fs), table[i].mode);
	}
	test_tree_done(&tree);
}

static void virtualisation_of_a_tree(void **state)
{
	static const struct {
		const char *path, *text, *name;
	} table[] = {
		{"proc/version", "nothing of the kind", "none"},
		{"proc/cpuinfo", "model name\t: QEMU TCG CPU version 2.5+\n", "tcg"},
		{"proc/cpuinfo", "model name\t: Intel(R) Xeon(R)\n", "none"},
		{"sys/hypervisor/type", "xen\n", "xen"},
		{"proc/device-tree/hypervisor/compatible", "linux,kvm", "kvm"},
		{"sys/class/dmi/id/sys_vendor", "QEMU\n", "other"},
		{"sys/class/dmi/id/sys_vendor", "VMware, Inc.\n", "vmware"},
		{"sys/class/dmi/id/sys_vendor", "Dell Inc.\n", "none"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct test_tree tree;

		test_tree_init(&tree);
		test_tree_file(&tree, table[i].path, table[i].text);
		if (strcmp(host_virtualisation(&tree.fs), table[i].name) != 0)
			fail_msg("%s: %s gives %s", table[i].path, table[i].text,
				 host_virtualisation(&tree.fs));
		test_tree_done(&tree);
	}
}

int test_host(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_of_a_tree),	    cmocka_unit_test(host_of_this_machine),
		cmocka_unit_test(kernel_of_a_tree),	    cmocka_unit_test(lockdown_modes),
		cmocka_unit_test(virtualisation_of_a_tree),
	};

	return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
