/*
 * samples - payloads with what must not leave, in many writings.
 *
 * The numbers are those that card brands and payment services publish for
 * tests; no account stands behind them.
 */
#include "probe/samples.h"

/* clang-format off */
const struct sample_payload sample_payloads[] = {
	{ LEAK_CARD, "Visa", "plain", "4111111111111111",
	  "\"4111111111111111\"" },
	{ LEAK_CARD, "Visa", "spaces", "4111111111111111",
	  "\"4111 1111 1111 1111\"" },
	{ LEAK_CARD, "Visa", "dashes", "4111111111111111",
	  "\"4111-1111-1111-1111\"" },
	{ LEAK_CARD, "Visa", "dots", "4111111111111111",
	  "\"4111.1111.1111.1111\"" },
	{ LEAK_CARD, "Visa", "JSON number", "4111111111111111",
	  "4111111111111111" },
	{ LEAK_CARD, "Visa", "JSON escapes", "4111111111111111",
	  "\"\\u0034\\u0031\\u0031\\u0031\\u0031\\u0031\\u0031\\u00"
	  "31\\u0031\\u0031\\u0031\\u0031\\u0031\\u0031\\u0031\\u00"
	  "31\"" },
	{ LEAK_CARD, "Visa", "one JSON escape", "4111111111111111",
	  "\"\\u0034111111111111111\"" },
	{ LEAK_CARD, "Visa", "percent encoding", "4111111111111111",
	  "\"%34%31%31%31%31%31%31%31%31%31%31%31%31%31%31%31\"" },
	{ LEAK_CARD, "Visa", "base64", "4111111111111111",
	  "\"NDExMTExMTExMTExMTExMQ==\"" },
	{ LEAK_CARD, "Visa", "HTML entities", "4111111111111111",
	  "\"&#52;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49"
	  ";&#49;&#49;&#49;&#49;&#49;\"" },
	{ LEAK_CARD, "Visa", "HTML entities in hex", "4111111111111111",
	  "\"&#x34;&#x31;&#x31;&#x31;&#x31;&#x31;&#x31;&#x31;&#x31;"
	  "&#x31;&#x31;&#x31;&#x31;&#x31;&#x31;&#x31;\"" },
	{ LEAK_CARD, "Visa", "full width digits", "4111111111111111",
	  "\"\357\274\224\357\274\221\357\274\221\357\274\221\357"
	  "\274\221\357\274\221\357\274\221\357\274\221\357\274\221"
	  "\357\274\221\357\274\221\357\274\221\357\274\221\357\274"
	  "\221\357\274\221\357\274\221\"" },
	{ LEAK_CARD, "Visa", "split over fields", "4111111111111111",
	  "{\"a\":\"4111\",\"b\":\"1111\",\"c\":\"1111\",\"d\":\"11"
	  "11\"}" },
	{ LEAK_CARD, "Visa", "inside a sentence", "4012888888881881",
	  "\"my card is 4012 8888 8888 1881, charge it\"" },
	{ LEAK_CARD, "Mastercard", "plain", "5555555555554444",
	  "\"5555555555554444\"" },
	{ LEAK_CARD, "Mastercard", "JSON number", "5555555555554444",
	  "5555555555554444" },
	{ LEAK_CARD, "Mastercard", "spaces in base64", "5555555555554444",
	  "\"cGFuPTU1NTUgNTU1NSA1NTU1IDQ0NDQ=\"" },
	{ LEAK_CARD, "Mastercard", "spaces, percent encoded", "2223003122003222",
	  "\"2223%200031%202200%203222\"" },
	{ LEAK_CARD, "Mastercard", "JSON in a JSON text", "2223003122003222",
	  "\"{\\\"pan\\\":\\\"2223003122003222\\\"}\"" },
	{ LEAK_CARD, "American Express", "plain", "378282246310005",
	  "\"378282246310005\"" },
	{ LEAK_CARD, "American Express", "its own groups", "378282246310005",
	  "\"3782 822463 10005\"" },
	{ LEAK_CARD, "American Express", "inside a sentence", "378282246310005",
	  "\"Amex 3782-822463-10005 exp 09/30\"" },
	{ LEAK_CARD, "Discover", "plain", "6011111111111117",
	  "\"6011111111111117\"" },
	{ LEAK_CARD, "Discover", "full width digits, spaces", "6011111111111117",
	  "\"\357\274\226\357\274\220\357\274\221\357\274\221\357"
	  "\274\221\357\274\221\357\274\221\357\274\221 \357\274"
	  "\221\357\274\221\357\274\221\357\274\221\357\274\221\357"
	  "\274\221\357\274\221\357\274\227\"" },
	{ LEAK_CARD, "JCB", "plain", "3530111333300000",
	  "\"3530111333300000\"" },
	{ LEAK_CARD, "JCB", "dots", "3530111333300000",
	  "\"3530.1113.3330.0000\"" },
	{ LEAK_CARD, "Diners Club", "plain", "30569309025904",
	  "\"30569309025904\"" },
	{ LEAK_CARD, "Diners Club", "its own groups", "30569309025904",
	  "\"3056 930902 5904\"" },
	{ LEAK_CARD, "UnionPay", "no-break spaces", "6200000000000005",
	  "\"6200\302\2400000\302\2400000\302\2400005\"" },
	{ LEAK_CVV, "CVV", "beside the expiry", "737",
	  "\"exp 09/30 cvv 737\"" },
	{ LEAK_CVV, "CVV", "a field of its own", "917",
	  "{\"expiry\":\"12/31\",\"cvv\":\"917\"}" },
	{ LEAK_CVV, "CVV", "JSON number", "846",
	  "{\"expiry\":\"12/31\",\"cvc\":846}" },
	{ LEAK_CVV, "CVV", "four digits", "7373",
	  "\"cid 7373 valid 11/29\"" },
	{ LEAK_NONE, "number that is no card", "fails Luhn", "4111111111111112",
	  "\"4111111111111112\"" },
	{ LEAK_NONE, "number that is no card", "an order", "1234567890123456",
	  "\"order 1234567890123456\"" },
	{ LEAK_NONE, NULL, NULL, NULL, NULL },
};
/* clang-format on */
