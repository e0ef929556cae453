package account

import "testing"

func TestCommonPasswords(t *testing.T) {
	t.Parallel()
	for _, password := range []string{
		"Qwerty123", "P@ssw0rd", "Pa55w0rd1", "Password2026!", "1Gfhjkm!", "Ghbdtn123", "1Q2w3e4r5T", "Yfnfif1987", "Iloveyou1",
		"Parol12345", "Kazan2026", "Qazwsx123", "Aa123456", "Aaaaaaa1",
	} {
		if !isCommon(password) {
			t.Errorf("%s is allowed", password)
		}
	}
	for _, password := range []string{"Kyrlay2026", "Tamga2026", "Correct7horse", "Zx9Qm4Lw", "Alma-Alma-2Sarsaz"} {
		if isCommon(password) {
			t.Errorf("%s is refused", password)
		}
	}
}

func TestPasswordRulesTakeLongPhrases(t *testing.T) {
	t.Parallel()
	long := "Four words of my own and 1 number are easy to remember, and long"
	if broken := PasswordProblems(long); len(broken) > 0 {
		t.Errorf("%d characters: %v", len(long), broken)
	}
}
