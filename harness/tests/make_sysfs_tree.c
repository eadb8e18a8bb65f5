// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes a folder that looks like sysfs to memsoak topology and to lsmem: 65,536 blocks in a
 * second or two. By default a quarter of each node is Normal, the rest Movable, and block 0
 * spans zones; options make it odd.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Files of one text are hard links, or a large tree would need a gigabyte; ext4 takes 65,000. */
#define MAX_LINKS 30000

enum oddity {
	ODD_CPULESS = 256,
	ODD_MEMORYLESS,
	ODD_OFFLINE,
	ODD_ZONE_NONE,
	ODD_NO_ZONES,
	ODD_TWO_NODES,
	ODD_NO_NODE,
	ODD_HOLE,
	ODD_FIRST,
	ODD_MEMORY_FAILURE,
};

static const struct option options[] = {
	{"cpuless", required_argument, NULL, ODD_CPULESS},
	{"memoryless", required_argument, NULL, ODD_MEMORYLESS},
	{"offline", required_argument, NULL, ODD_OFFLINE},
	{"zone-none", required_argument, NULL, ODD_ZONE_NONE},
	{"no-zones", required_argument, NULL, ODD_NO_ZONES},
	{"two-nodes", required_argument, NULL, ODD_TWO_NODES},
	{"no-node", required_argument, NULL, ODD_NO_NODE},
	{"hole", required_argument, NULL, ODD_HOLE},
	{"first", required_argument, NULL, ODD_FIRST},
	{"memory-failure", no_argument, NULL, ODD_MEMORY_FAILURE},
	{NULL, 0, NULL, 0},
};

struct mark { /* --offline 12 or --offline 12-20: a block, a node, or a range of them */
	int oddity;
	uint32_t from, to;
};

static struct mark *marks;
static size_t n_marks;
static uint32_t n_nodes, n_blocks, first;
static uint64_t block_bytes;
static bool has_memory_failure;
static int root = -1;

static bool is(int oddity, uint32_t id)
{
	for (size_t i = 0; i < n_marks; i++)
		if (marks[i].oddity == oddity && marks[i].from <= id && id <= marks[i].to)
			return true;
	return false;
}

static uint64_t number(const char *text, int base, char **ret_end)
{
	char *end;
	uint64_t value;

	errno = 0;
	value = strtoull(text, &end, base);
	if (errno || end == text || (ret_end ? *end && *end != '-' : *end != '\0'))
		errx(2, "'%s' is not a number", text);
	if (ret_end)
		*ret_end = end;
	return value;
}

static void add_mark(int oddity, const char *text)
{
	struct mark mark = {.oddity = oddity};
	char *end;

	mark.from = (uint32_t)number(text, 10, &end);
	mark.to = *end == '-' ? (uint32_t)number(end + 1, 10, NULL) : mark.from;
	marks = reallocarray(marks, n_marks + 1, sizeof(*marks));
	if (!marks)
		err(3, "out of memory");
	marks[n_marks++] = mark;
}

static void folder(const char *path)
{
	if (mkdirat(root, path, 0755) < 0 && errno != EEXIST)
		err(3, "%s", path);
}

static void file(const char *path, const char *text)
{
	int fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		err(3, "%s", path);
	(void)close(fd);
}

/* As file(), linked to an earlier one of the same text. */
static void shared_file(const char *path, const char *text)
{
	static struct shared {
		const char *text; /* all are literals here, compared as pointers would be too frail */
		char path[64];
		unsigned int links;
	} known[16];

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		struct shared *s = &known[i];

		if (s->text && strcmp(s->text, text) != 0)
			continue;
		if (s->text && s->links < MAX_LINKS && linkat(root, s->path, root, path, 0) == 0) {
			s->links++;
			return;
		}
		s->text = text;
		s->links = 1;
		(void)snprintf(s->path, sizeof(s->path), "%s", path);
		file(path, text);
		return;
	}
	errx(3, "too many different texts");
}

static void link_to(const char *target, const char *path)
{
	if (symlinkat(target, root, path) < 0)
		err(3, "%s", path);
}

#define IN(path, ...) ((void)snprintf(path, sizeof(path), "sys/devices/system/" __VA_ARGS__), path)

static void make_link(uint32_t id, uint32_t node)
{
	char path[128], target[64];

	(void)snprintf(target, sizeof(target), "../../node/node%u", node);
	link_to(target, IN(path, "memory/memory%u/node%u", id, node));
	(void)snprintf(target, sizeof(target), "../../memory/memory%u", id);
	link_to(target, IN(path, "node/node%u/memory%u", node, id));
}

static const char *zone_of(uint32_t id, bool is_first_quarter)
{
	if (is(ODD_OFFLINE, id))
		return "Normal Movable\n";
	if (id == 0 || is(ODD_ZONE_NONE, id) || is(ODD_TWO_NODES, id))
		return "none\n";
	return is_first_quarter ? "Normal\n" : "Movable\n";
}

static void make_block(uint32_t id, uint32_t node, bool is_first_quarter)
{
	char path[128];

	folder(IN(path, "memory/memory%u", id));
	shared_file(IN(path, "memory/memory%u/state", id),
		    is(ODD_OFFLINE, id) ? "offline\n" : "online\n");
	shared_file(IN(path, "memory/memory%u/removable", id), "1\n");
	if (!is(ODD_NO_ZONES, id))
		shared_file(IN(path, "memory/memory%u/valid_zones", id),
			    zone_of(id, is_first_quarter));
	if (is(ODD_NO_NODE, id))
		return;
	make_link(id, node);
	if (is(ODD_TWO_NODES, id))
		make_link(id, node + 1 < n_nodes ? node + 1 : node - 1);
}

static void make_node(uint32_t node, uint64_t kib)
{
	char path[128], text[256];

	(void)snprintf(text, sizeof(text), "%u-%u\n", node * 4, node * 4 + 3);
	file(IN(path, "node/node%u/cpulist", node), is(ODD_CPULESS, node) ? "\n" : text);
	(void)snprintf(text, sizeof(text),
		       "Node %u MemTotal:       %8llu kB\nNode %u MemFree:        %8llu kB\n", node,
		       (unsigned long long)kib, node, (unsigned long long)kib / 4 * 3);
	file(IN(path, "node/node%u/meminfo", node), text);
	if (has_memory_failure) {
		folder(IN(path, "node/node%u/memory_failure", node));
		file(IN(path, "node/node%u/memory_failure/total", node), "0\n");
	}
}

static void make_tree(void)
{
	uint32_t with_memory = 0, id = first, made = 0, seen = 0;
	char path[128], text[32];

	for (uint32_t node = 0; node < n_nodes; node++)
		with_memory += !is(ODD_MEMORYLESS, node);
	if (with_memory == 0)
		errx(2, "no node has memory");
	folder("sys");
	folder("sys/devices");
	folder("sys/devices/system");
	folder(IN(path, "memory"));
	folder(IN(path, "node"));
	(void)snprintf(text, sizeof(text), "%llx\n", (unsigned long long)block_bytes);
	file(IN(path, "memory/block_size_bytes"), text);
	if (has_memory_failure)
		folder(IN(path, "memory/memory_failure"));
	for (uint32_t node = 0; node < n_nodes; node++) /* a block may be linked by a later node */
		folder(IN(path, "node/node%u", node));
	for (uint32_t node = 0; node < n_nodes; node++) {
		uint32_t share, online = 0;

		if (is(ODD_MEMORYLESS, node)) {
			make_node(node, 0);
			continue;
		}
		seen++;
		share = (uint32_t)((uint64_t)n_blocks * seen / with_memory) - made;
		for (uint32_t i = 0; i < share; i++)
			online += !is(ODD_OFFLINE, id + i);
		make_node(node, block_bytes / 1024 * online);
		for (uint32_t i = 0; i < share; i++, id++, made++) {
			while (is(ODD_HOLE, id))
				id++;
			make_block(id, node, i < share / 4);
		}
	}
}

int main(int argc, char *argv[])
{
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == ODD_MEMORY_FAILURE)
			has_memory_failure = true;
		else if (c == ODD_FIRST)
			first = (uint32_t)number(optarg, 10, NULL);
		else if (c == '?')
			return 2;
		else
			add_mark(c, optarg);
	}
	if (argc - optind != 4)
		errx(2, "usage: make_sysfs_tree [--cpuless NODE] [--memoryless NODE] [--offline ID[-ID]]\n"
			"  [--zone-none ID] [--no-zones ID] [--two-nodes ID] [--no-node ID] [--hole ID[-ID]]\n"
			"  [--first ID] [--memory-failure] DIR BLOCKS NODES BLOCK_SIZE_HEX");
	n_blocks = (uint32_t)number(argv[optind + 1], 10, NULL);
	n_nodes = (uint32_t)number(argv[optind + 2], 10, NULL);
	block_bytes = number(argv[optind + 3], 16, NULL);
	if (n_nodes == 0)
		errx(2, "at least one node");
	for (size_t i = 0; i < n_marks; i++)
		if (marks[i].oddity == ODD_TWO_NODES && n_nodes < 2)
			errx(2, "--two-nodes needs two nodes");
	if (mkdir(argv[optind], 0755) < 0 && errno != EEXIST)
		err(3, "%s", argv[optind]);
	root = open(argv[optind], O_RDONLY | O_DIRECTORY);
	if (root < 0)
		err(3, "%s", argv[optind]);
	make_tree();
	return 0;
}
