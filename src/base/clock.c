/* clock - the one source of time. */
#include "base/clock.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "base/str.h"

typedef int64_t clock_source(void);

/*
 * Room time = room base + (real - real base) * speed.  clock_set_speed() and
 * clock_use() move the base point so that room time never jumps; `version` is
 * odd while they write, and readers that meet a change read again.
 */
struct clock_state {
	_Atomic(clock_source *) real_us;
	_Atomic(clock_source *) wall_ms;
	atomic_uint version;
	_Atomic int64_t real_base_us;
	_Atomic int64_t room_base_us;
	_Atomic double speed; /* 0 stands for the 1 of a fresh process */
};

static struct clock_state source;

static int64_t
read_clock(clockid_t id, int64_t per_s, int64_t ns_each)
{
	struct timespec ts;
	int failure = clock_gettime(id, &ts);

	assert(failure == 0);
	(void)failure;
	return (int64_t)ts.tv_sec * per_s + (int64_t)ts.tv_nsec / ns_each;
}

int64_t
clock_real_us(void)
{
	clock_source *fake = atomic_load(&source.real_us);

	if (fake != NULL)
		return fake();
	return read_clock(CLOCK_MONOTONIC, 1000000, 1000);
}

int64_t
clock_wall_ms(void)
{
	clock_source *fake = atomic_load(&source.wall_ms);

	if (fake != NULL)
		return fake();
	return read_clock(CLOCK_REALTIME, 1000, 1000000);
}

double
clock_speed(void)
{
	double speed = atomic_load(&source.speed);

	return speed > 0 ? speed : 1.0;
}

static int64_t
room_at(int64_t real_us)
{
	int64_t since = real_us - atomic_load(&source.real_base_us);
	int64_t base = atomic_load(&source.room_base_us);
	double speed = clock_speed();

	if (speed == 1.0)
		return base + since;
	return base + (int64_t)floor((double)since * speed);
}

int64_t
clock_us(void)
{
	unsigned before;
	int64_t now;

	do {
		before = atomic_load(&source.version);
		now = room_at(clock_real_us());
	} while (before % 2 != 0 || atomic_load(&source.version) != before);
	return now;
}

int64_t
clock_cpu_ns(void)
{
	return read_clock(CLOCK_THREAD_CPUTIME_ID, 1000000000, 1);
}

int64_t
clock_ms(void)
{
	return clock_us() / 1000;
}

int
clock_real_wait_ms(int64_t room_ms)
{
	double real;

	if (room_ms <= 0)
		return 0;
	real = ceil((double)room_ms / clock_speed());
	if (real >= (double)INT_MAX)
		return INT_MAX;
	return real < 1 ? 1 : (int)real;
}

void
clock_set_speed(double speed)
{
	int64_t real, room;

	assert(speed >= 0.1 && speed <= 1000);
	/* First shut readers out, then look: nobody may have seen a later
	 * moment at the old speed. */
	atomic_fetch_add(&source.version, 1);
	real = clock_real_us();
	room = room_at(real);
	atomic_store(&source.real_base_us, real);
	atomic_store(&source.room_base_us, room);
	atomic_store(&source.speed, speed);
	atomic_fetch_add(&source.version, 1);
}

void
clock_use(int64_t (*real_us)(void), int64_t (*wall_ms)(void))
{
	atomic_fetch_add(&source.version, 1);
	atomic_store(&source.real_us, real_us);
	atomic_store(&source.wall_ms, wall_ms);
	/* A replaced clock has another zero: room time starts with it. */
	atomic_store(&source.real_base_us, 0);
	atomic_store(&source.room_base_us, 0);
	atomic_fetch_add(&source.version, 1);
}

void
clock_text(char to[CLOCK_TEXT], int64_t wall_ms)
{
	int64_t ms = wall_ms % 1000;
	time_t s = (time_t)(wall_ms / 1000);
	struct tm tm;

	if (ms < 0) {
		ms += 1000;
		s--;
	}
	if (gmtime_r(&s, &tm) == NULL || tm.tm_year < -1900 ||
	    tm.tm_year > 9999 - 1900) {
		str_copy(to, CLOCK_TEXT, "(time out of range)");
		return;
	}
	snprintf(to, CLOCK_TEXT, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ",
		 (unsigned)(tm.tm_year + 1900) % 10000U,
		 (unsigned)(tm.tm_mon + 1) % 100U, (unsigned)tm.tm_mday % 100U,
		 (unsigned)tm.tm_hour % 100U, (unsigned)tm.tm_min % 100U,
		 (unsigned)tm.tm_sec % 100U, (unsigned)ms % 1000U);
}

/* Reads exactly `count` digits at *p. */
static bool
digits(const char **p, int count, int *out)
{
	int value = 0;

	for (; count > 0; count--, (*p)++) {
		if (**p < '0' || **p > '9')
			return false;
		value = value * 10 + (**p - '0');
	}
	*out = value;
	return true;
}

/* `pattern` is a string of field widths and literal bytes: "4-2-2". */
static bool
fields(const char **p, const char *pattern, int *out)
{
	for (; *pattern != '\0'; pattern++) {
		if (*pattern >= '0' && *pattern <= '9') {
			if (!digits(p, *pattern - '0', out++))
				return false;
		} else if (*(*p)++ != *pattern) {
			(*p)--;
			return false;
		}
	}
	return true;
}

/* ".123456" as milliseconds, cut; no point means 0. */
static bool
fraction(const char **p, int *ms)
{
	int scale = 100;

	*ms = 0;
	if (**p != '.')
		return true;
	(*p)++;
	if (**p < '0' || **p > '9')
		return false;
	for (; **p >= '0' && **p <= '9'; (*p)++, scale /= 10)
		*ms += (**p - '0') * scale;
	return true;
}

/* "Z" or "+hh:mm" to the end of the text. */
static bool
zone(const char *p, int *minutes)
{
	int hm[2];
	int sign;

	*minutes = 0;
	if ((*p == 'Z' || *p == 'z') && p[1] == '\0')
		return true;
	if (*p != '+' && *p != '-')
		return false;
	sign = *p++ == '-' ? -1 : 1;
	if (!fields(&p, "2:2", hm) || *p != '\0' || hm[0] > 23 || hm[1] > 59)
		return false;
	*minutes = sign * (hm[0] * 60 + hm[1]);
	return true;
}

static bool
is_date(int year, int month, int day)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (month < 1 || month > 12 || day < 1)
		return false;
	return day <= days[month - 1] + (month == 2 && leap);
}

bool
clock_parse(const char *text, int64_t *wall_ms)
{
	const char *p = text;
	int date[3], hms[3], ms, offset;
	struct tm tm = { 0 };

	if (text == NULL || !fields(&p, "4-2-2", date))
		return false;
	if (*p != 'T' && *p != 't' && *p != ' ')
		return false;
	p++;
	if (!fields(&p, "2:2:2", hms) || !fraction(&p, &ms) ||
	    !zone(p, &offset))
		return false;
	if (!is_date(date[0], date[1], date[2]) || hms[0] > 23 || hms[1] > 59 ||
	    hms[2] > 60)
		return false;
	tm.tm_year = date[0] - 1900;
	tm.tm_mon = date[1] - 1;
	tm.tm_mday = date[2];
	tm.tm_hour = hms[0];
	tm.tm_min = hms[1];
	tm.tm_sec = hms[2];
	*wall_ms = ((int64_t)timegm(&tm) - (int64_t)offset * 60) * 1000 + ms;
	return true;
}
