package account

import "testing"

func TestCommonPasswords(t *testing.T) {
	t.Parallel()
	for _, password := range []string{
		"Qwerty123", "P@ssw0rd", "Pa55w0rd1", "Password2026!", "1Gfhjkm!", "Ghbdtn123", "1Q2w3e4r5T", "Yfnfif1987", "Iloveyou1",
		"Parol12345", "Kazan2026", "Qazwsx123", "Aa123456", "Aaaaaaa1",
		"Liverpool7", "Thx1138", "Zaq12wsx", "Snowboard1", "Wp2003wp",
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

// The list is of the size that ASVS wants at the least times three; a broken embed would leave the few words written by hand.
func TestCommonPasswordsAreMany(t *testing.T) {
	t.Parallel()
	if n := len(common()); n < 10_000 {
		t.Errorf("%d passwords", n)
	}
}
